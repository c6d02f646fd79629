-- title: Hồ sơ tiếp nhận, trả kết quả và tồn theo tháng
-- about: Số tồn là hồ sơ trong năm đã tiếp nhận mà chưa trả vào cuối tháng; không gồm hồ sơ từ năm trước chuyển sang.
-- param for_year: year = (SELECT max(year) FROM dossiers) -- năm
WITH thang AS (
  SELECT CAST(value AS INT) AS m FROM generate_series(1, 12)
), nhan AS (
  SELECT CAST(date_part('month', received_at) AS INT) AS m, count(*) AS n FROM dossiers
  WHERE year = $for_year AND received_at IS NOT NULL GROUP BY 1
), tra AS (
  SELECT CAST(date_part('month', completed_at) AS INT) AS m, count(*) AS n FROM dossiers
  WHERE year = $for_year AND completed_at IS NOT NULL GROUP BY 1
), ton AS (
  SELECT thang.m, concat('Th', thang.m) AS ten_thang,
    sum(coalesce(nhan.n, 0) - coalesce(tra.n, 0)) OVER (ORDER BY thang.m) AS ton
  FROM thang LEFT JOIN nhan ON nhan.m = thang.m LEFT JOIN tra ON tra.m = thang.m
)
SELECT thang.m, concat('Th', thang.m) AS ten_thang, k.loai,
  CASE k.loai WHEN 'Tiếp nhận' THEN coalesce(nhan.n, 0) ELSE coalesce(tra.n, 0) END AS ho_so
FROM thang
CROSS JOIN (VALUES ('Tiếp nhận'), ('Trả kết quả')) AS k(loai)
LEFT JOIN nhan ON nhan.m = thang.m
LEFT JOIN tra ON tra.m = thang.m
ORDER BY thang.m, k.loai
VISUALISE ten_thang AS x
DRAW bar MAPPING ho_so AS y, loai AS color SETTING position => 'dodge'
DRAW line MAPPING ton AS y, 'Tồn cuối tháng' AS color FROM ton
DRAW point MAPPING ton AS y, 'Tồn cuối tháng' AS color FROM ton
SCALE color FROM ['Tiếp nhận', 'Trả kết quả', 'Tồn cuối tháng']
LABEL title => 'Hồ sơ tiếp nhận, trả kết quả và tồn theo tháng', subtitle => 'Số hồ sơ', x => NULL, y => NULL
