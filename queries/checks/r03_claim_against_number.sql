-- title: Điều khẳng định “không có” khớp với con số cùng chỉ tiêu
-- title_en: A claim of “none” agrees with the number of the same indicator
-- about: R03. Hai số liệu cùng mã chỉ tiêu, một là khẳng định bằng lời, một là số đếm.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH claims AS (SELECT * FROM figures WHERE year = $for_year AND kind = 'claim' AND value = 0),
counts AS (
  SELECT indicator_code, max(value) AS value, min(section) AS section, min(indicator) AS indicator
  FROM figures WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL GROUP BY indicator_code
)
SELECT c.figure_id AS key, $for_year AS year, CASE WHEN n.value > 0 THEN 'error' ELSE 'fine' END AS severity,
  c.indicator AS subject, c.value AS stated, n.value AS computed, n.value - c.value AS difference,
  CASE WHEN n.value > 0
    THEN 'The report says “' || coalesce(c.quote, c.indicator) || '” and, in section ' || n.section || ', “' || n.indicator || '”: ' || vi_number(n.value)
    ELSE '“' || coalesce(c.quote, c.indicator) || '” agrees with “' || n.indicator || '”: 0' END AS explanation,
  CASE WHEN n.value > 0
    THEN 'Báo cáo viết “' || coalesce(c.quote, c.indicator) || '” nhưng ở mục ' || n.section || ' lại nêu “' || n.indicator || '”: ' || vi_count(CAST(n.value AS BIGINT))
    ELSE '“' || coalesce(c.quote, c.indicator) || '” khớp với “' || n.indicator || '”: 0' END AS explanation_vi,
  c.section AS place
FROM claims c JOIN counts n ON n.indicator_code = c.indicator_code
ORDER BY key
