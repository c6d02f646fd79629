-- title: Số kế hoạch đã ban hành khớp với danh mục văn bản
-- title_en: The number of plans issued matches the list of documents
-- about: R32. Kế hoạch do Sở hoặc Giám đốc Sở ban hành trong năm báo cáo.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH plans AS (
  SELECT symbol, subject, issued_on FROM documents
  WHERE year = $for_year AND fold(kind) = 'ke hoach' AND date_part('year', issued_on) = $for_year
    AND (fold(issuer) LIKE 'so %' OR fold(issuer) LIKE 'giam doc so %')
),
listed AS (
  SELECT count(*) AS n, string_agg(symbol, ', ' ORDER BY issued_on, symbol) AS names FROM plans HAVING count(*) > 0
),
stated AS (
  SELECT figure_id, section, value FROM figures WHERE year = $for_year AND indicator_code = 'plans_issued' AND value IS NOT NULL
  ORDER BY figure_id LIMIT 1
)
SELECT s.figure_id AS key, $for_year AS year, CASE WHEN s.value = l.n THEN 'fine' ELSE 'warning' END AS severity,
  'Kế hoạch đã ban hành' AS subject, s.value AS stated, CAST(l.n AS DOUBLE) AS computed, l.n - s.value AS difference,
  'The report lists ' || vi_number(s.value) || ' plans, dataset documents has ' || l.n || ': ' || l.names AS explanation,
  'Báo cáo liệt kê ' || vi_count(CAST(s.value AS BIGINT)) || ' kế hoạch, danh mục văn bản có ' || vi_count(l.n) || ': ' || l.names AS explanation_vi,
  s.section AS place
FROM stated s CROSS JOIN listed l
