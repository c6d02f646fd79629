-- title: Số liệu là số chính xác
-- title_en: Figures are exact
-- about: R19. “Trên 35”, “nhiều”, “khoảng” không phải là số; lấy từ cột định tính và loại số liệu.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH stated AS (SELECT * FROM figures WHERE year = $for_year),
vague AS (
  SELECT s.*, i.value AS computed FROM stated s
  LEFT JOIN queries.indicators i ON i.indicator_code = s.indicator_code AND i.year = $for_year
  WHERE s.kind = 'unquantified'
    OR fold(s.qualifier) IN ('tren', 'duoi', 'hon', 'gan', 'khoang', 'xap xi', 'nhieu', 'mot so', 'da so', 'it nhat', 'toi thieu',
      'nhieu nhat', 'toi da', 'khong qua', 'khong duoi', 'khong it hon', 'uoc', 'uoc dat', 'uoc tinh')
)
SELECT figure_id AS key, $for_year AS year, 'warning' AS severity, indicator AS subject, value AS stated, computed,
  CAST(NULL AS DOUBLE) AS difference,
  'The report says “' || qualifier || coalesce(' ' || vi_number(value), '') || '”' || coalesce('; the data give ' || vi_number(computed), '; no dataset counts it') AS explanation,
  'Báo cáo viết “' || qualifier || coalesce(' ' || vi_number(value), '') || '”' || coalesce('; theo dữ liệu là ' || vi_number(computed), '; chưa có bộ dữ liệu nào để đếm') AS explanation_vi,
  section AS place
FROM vague
UNION ALL
SELECT 'figures', $for_year, 'fine', 'Số liệu của báo cáo', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  count(*) || ' figures, all exact', vi_number(count(*)) || ' số liệu, đều là số chính xác', CAST(NULL AS VARCHAR)
FROM stated WHERE NOT EXISTS (SELECT 1 FROM vague) HAVING count(*) > 0
