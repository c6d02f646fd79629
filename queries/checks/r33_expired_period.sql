-- title: Giai đoạn của văn bản được dẫn bao gồm năm báo cáo
-- title_en: Cited programmes cover the reporting year
-- about: R33. Giai đoạn ghi trong trích yếu; “và những năm tiếp theo” thì chỉ là lưu ý.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH periods AS (
  SELECT symbol, subject, regexp_match(subject, '([0-9]{4}) *[–-] *([0-9]{4})') AS years,
    fold(subject) LIKE '%nam tiep theo%' AS goes_on
  FROM documents WHERE year = $for_year
),
dated AS (
  SELECT symbol, subject, goes_on, CAST(years[1] AS BIGINT) AS first, CAST(years[2] AS BIGINT) AS last
  FROM periods WHERE years IS NOT NULL
)
SELECT symbol AS key, $for_year AS year,
  CASE WHEN $for_year BETWEEN first AND last THEN 'fine' WHEN goes_on THEN 'note' ELSE 'warning' END AS severity,
  'Giai đoạn ' || first || '–' || last AS subject, CAST(NULL AS DOUBLE) AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  symbol || CASE WHEN $for_year BETWEEN first AND last THEN ' covers ' ELSE ' is for ' || first || '–' || last || ' and is cited in ' END || $for_year
    || CASE WHEN goes_on AND $for_year > last THEN '; its title adds “and the years that follow”' ELSE '' END AS explanation,
  'Số ' || symbol || CASE WHEN $for_year BETWEEN first AND last THEN ' còn trong giai đoạn, năm ' ELSE ' thuộc giai đoạn ' || first || '–' || last || ' mà được dẫn trong báo cáo năm ' END || $for_year
    || CASE WHEN goes_on AND $for_year > last THEN '; trích yếu có thêm “và những năm tiếp theo”' ELSE '' END AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM dated
