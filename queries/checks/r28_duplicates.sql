-- title: Một số liệu chỉ nêu một lần, hoặc các lần nêu khớp nhau
-- title_en: A figure is stated once, or the same each time
-- about: R28. Cùng mã chỉ tiêu và cùng loại số liệu; các lần nêu khác nhau là lỗi, giống nhau là cảnh báo.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH repeated AS (
  SELECT indicator_code, kind, count(*) AS times, count(DISTINCT value) AS numbers, min(value) AS low, max(value) AS high,
    string_agg(section || ' (' || figure_id || ')', ', ' ORDER BY figure_id) AS places, min(section) AS section, min(indicator) AS indicator
  FROM figures WHERE year = $for_year AND value IS NOT NULL AND indicator_code IS NOT NULL
  GROUP BY indicator_code, kind HAVING count(*) > 1
)
SELECT indicator_code || '/' || kind AS key, $for_year AS year, CASE WHEN numbers > 1 THEN 'error' ELSE 'warning' END AS severity,
  indicator AS subject, low AS stated, high AS computed, high - low AS difference,
  CASE WHEN numbers > 1 THEN 'Stated ' || times || ' times with different numbers, ' || vi_number(low) || ' to ' || vi_number(high) || ': ' || places
    ELSE 'Stated ' || times || ' times, each time ' || vi_number(low) || ': ' || places END AS explanation,
  CASE WHEN numbers > 1 THEN 'Nêu ' || times || ' lần với các số khác nhau, từ ' || vi_number(low) || ' đến ' || vi_number(high) || ': ' || places
    ELSE 'Nêu ' || times || ' lần, đều là ' || vi_number(low) || ': ' || places END AS explanation_vi,
  section AS place
FROM repeated
UNION ALL
SELECT 'figures', $for_year, 'fine', 'Số liệu của báo cáo', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  count(*) || ' figures, none stated twice', vi_number(count(*)) || ' số liệu, không số nào nêu hai lần', CAST(NULL AS VARCHAR)
FROM figures WHERE year = $for_year AND NOT EXISTS (SELECT 1 FROM repeated) HAVING count(*) > 0
