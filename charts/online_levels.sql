-- title: Dịch vụ công trực tuyến so với mục tiêu
-- about: Số thủ tục theo mức độ nêu trong báo cáo và mục tiêu của mức độ 4; vạch đứt là tổng số thủ tục của cơ quan.
-- param for_year: year = (SELECT max(year) FROM figures WHERE indicator_code = 'procedures_level4' AND kind IN ('count', 'ratio')) -- năm của hiện trạng
-- param target_year: year = (SELECT max(target_year) FROM targets WHERE indicator_code = 'procedures_level4') -- năm mục tiêu
WITH neu AS (
  SELECT
    max(value) FILTER (WHERE indicator_code = 'procedures_total') AS tong,
    max(value) FILTER (WHERE indicator_code = 'procedures_level3') AS muc_3,
    max(value) FILTER (WHERE indicator_code = 'procedures_level4') AS muc_4
  FROM figures WHERE year = $for_year AND kind IN ('count', 'ratio')
), tong_so AS (
  SELECT tong FROM neu
), muc_tieu AS (
  SELECT concat('Mục tiêu ', target_year, CASE WHEN origin = 'derived' THEN ' (suy ra)' ELSE ' (nêu trong báo cáo)' END) AS thoi_diem,
    'Mức độ 4' AS muc, target AS n
  FROM targets WHERE indicator_code = 'procedures_level4' AND target_year = $target_year
)
SELECT concat('Hiện trạng ', $for_year) AS thoi_diem, muc, n FROM (
  SELECT 1 AS thu_tu, 'Mức độ 4' AS muc, muc_4 AS n FROM neu
  UNION ALL
  SELECT 2 AS thu_tu, 'Mức độ 3' AS muc, muc_3 AS n FROM neu
  UNION ALL
  SELECT 3 AS thu_tu, 'Mức độ 1, 2' AS muc, tong - muc_3 - muc_4 AS n FROM neu
)
ORDER BY thu_tu
VISUALISE
DRAW bar MAPPING thoi_diem AS y, n AS x, muc AS fill
DRAW bar MAPPING thoi_diem AS y, n AS x, muc AS fill FROM muc_tieu SETTING hollow => true
DRAW rule MAPPING tong AS x FROM tong_so SETTING linetype => 'dashed'
SCALE fill FROM ['Mức độ 4', 'Mức độ 3', 'Mức độ 1, 2'] TO ['#005B96', '#2F93C8', '#7C8C9A']
LABEL title => 'Dịch vụ công trực tuyến theo mức độ, hiện trạng và mục tiêu',
  subtitle => 'Số thủ tục hành chính; cột rỗng: mục tiêu; vạch đứt: tổng số thủ tục của cơ quan', x => NULL, y => NULL
