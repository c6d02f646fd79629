-- title: Dịch vụ công trực tuyến so với mục tiêu
-- about: Số thủ tục theo mức độ nêu trong báo cáo năm 2023 (trên 28 thủ tục) và mục tiêu 26 thủ tục mức độ 4.
WITH muc_do AS (
  SELECT 'Mức độ 4' AS muc, 1 AS thu_tu, value AS n FROM figures WHERE figure_id = 'F15'
  UNION ALL
  SELECT 'Mức độ 3' AS muc, 2 AS thu_tu, value AS n FROM figures WHERE figure_id = 'F14'
  UNION ALL
  SELECT 'Mức độ 1, 2' AS muc, 3 AS thu_tu, t.value - a.value - b.value AS n
  FROM figures t, figures a, figures b
  WHERE t.figure_id = 'F12' AND a.figure_id = 'F14' AND b.figure_id = 'F15'
)
SELECT 'Hiện trạng 2023' AS thoi_diem, 1 AS lan, muc, thu_tu, n FROM muc_do
UNION ALL
SELECT 'Mục tiêu 2024 (nêu trong báo cáo)' AS thoi_diem, 2 AS lan, 'Mức độ 4' AS muc, 1 AS thu_tu, target AS n
FROM targets WHERE indicator_code = 'procedures_level4'
ORDER BY lan, thu_tu
VISUALISE thoi_diem AS y, n AS x, muc AS fill
DRAW bar
PLACE rule SETTING x => 28, linetype => 'dashed'
SCALE x FROM [0, 30] SETTING breaks => [0, 10, 20, 28]
SCALE fill FROM ['Mức độ 4', 'Mức độ 3', 'Mức độ 1, 2'] TO ['#005B96', '#2F93C8', '#B8C4CE']
LABEL title => 'Dịch vụ công trực tuyến: 4 thủ tục mức độ 4, mục tiêu 26 trên 28',
  subtitle => 'Số thủ tục hành chính; vạch đứt: tổng số 28 thủ tục', x => NULL, y => NULL
