-- title: Việc làm định kỳ có số lần đã làm, và chu kỳ thống nhất
-- title_en: Periodic work states how often it was done, in one period
-- about: R27. “Hàng tháng” là 12 lần một năm; báo cáo không nêu số lần đã làm thì không đối chiếu được.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH claims AS (SELECT * FROM figures WHERE year = $for_year AND kind = 'frequency'),
periods AS (
  SELECT indicator_code, min(section) AS section, string_agg(DISTINCT qualifier, ', ') AS words
  FROM claims GROUP BY indicator_code HAVING count(DISTINCT fold(qualifier)) > 1
)
SELECT figure_id AS key, $for_year AS year,
  CASE WHEN value IS NULL THEN 'warning' WHEN fold(qualifier) = 'hang thang' AND value < 12 THEN 'warning' ELSE 'fine' END AS severity,
  indicator AS subject, value AS stated, CASE fold(qualifier) WHEN 'hang thang' THEN 12.0 WHEN 'hang quy' THEN 4.0 ELSE 1.0 END AS computed,
  CAST(NULL AS DOUBLE) AS difference,
  CASE WHEN value IS NULL THEN 'The report says “' || qualifier || '” and not how often it was done'
    ELSE '“' || qualifier || '”: done ' || vi_number(value) || ' times' END AS explanation,
  CASE WHEN value IS NULL THEN 'Báo cáo viết “' || qualifier || '” nhưng không nêu đã làm bao nhiêu lần'
    ELSE '“' || qualifier || '”: đã làm ' || vi_number(value) || ' lần' END AS explanation_vi,
  section AS place
FROM claims
UNION ALL
SELECT indicator_code AS key, $for_year, 'warning', indicator_code AS subject, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  'The same work is said to be done at different periods: ' || words, 'Cùng một việc nhưng nêu các chu kỳ khác nhau: ' || words, section
FROM periods
