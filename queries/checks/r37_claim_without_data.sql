-- title: Điều khẳng định có số liệu đứng sau
-- title_en: A claim has data behind it
-- about: R37. Khẳng định bằng lời mà không bộ dữ liệu nào tính được chỉ tiêu đó.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH claims AS (SELECT * FROM figures WHERE year = $for_year AND kind = 'claim'),
computed AS (SELECT indicator_code, value FROM queries.indicators WHERE year = $for_year)
SELECT c.figure_id AS key, $for_year AS year, CASE WHEN i.indicator_code IS NULL THEN 'gap' ELSE 'fine' END AS severity,
  c.indicator AS subject, c.value AS stated, i.value AS computed, CAST(NULL AS DOUBLE) AS difference,
  CASE WHEN i.indicator_code IS NULL THEN 'The report says “' || coalesce(c.quote, c.indicator) || '”, and no dataset can confirm it'
    ELSE 'dataset gives ' || vi_number(i.value) || ' for “' || c.indicator || '”' END AS explanation,
  CASE WHEN i.indicator_code IS NULL THEN 'Báo cáo viết “' || coalesce(c.quote, c.indicator) || '” nhưng không bộ dữ liệu nào xác nhận được'
    ELSE 'có dữ liệu cho “' || c.indicator || '”: ' || vi_number(i.value) END AS explanation_vi,
  c.section AS place
FROM claims c LEFT JOIN computed i ON i.indicator_code = c.indicator_code
