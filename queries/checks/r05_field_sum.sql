-- title: Số hồ sơ các lĩnh vực cộng lại bằng tổng số
-- title_en: The dossiers of all fields add up to the total
-- about: R05. Lĩnh vực có trong danh mục mà báo cáo không nêu chỉ là lưu ý: danh sách lĩnh vực phải nêu chưa có nguồn công bố.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH fields AS (SELECT code, label, position FROM categories WHERE dataset = 'dossiers' AND column_name = 'field'),
stated AS (
  SELECT *, row_number() OVER (PARTITION BY indicator_code ORDER BY figure_id) AS place_no
  FROM figures WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL
),
parts AS (
  SELECT sum(s.value) AS total, string_agg(vi_number(s.value), ' + ' ORDER BY s.figure_id) AS words
  FROM stated s JOIN fields f ON s.indicator_code = 'dossiers_' || f.code
  WHERE s.place_no = 1
),
whole AS (SELECT section, value FROM stated WHERE indicator_code = 'dossiers_total' AND place_no = 1)
SELECT 'dossiers_total' AS key, $for_year AS year,
  CASE WHEN p.total = w.value THEN 'fine' ELSE 'error' END AS severity, 'Tổng số hồ sơ theo lĩnh vực' AS subject,
  w.value AS stated, p.total AS computed, p.total - w.value AS difference,
  p.words || ' = ' || vi_number(p.total) || CASE WHEN p.total = w.value THEN ', the stated total'
    ELSE ', but the stated total is ' || vi_number(w.value) END AS explanation,
  p.words || ' = ' || vi_number(p.total) || CASE WHEN p.total = w.value THEN ', đúng bằng tổng số nêu'
    ELSE ', trong khi tổng số nêu là ' || vi_number(w.value) END AS explanation_vi,
  w.section AS place
FROM parts p CROSS JOIN whole w
WHERE p.total IS NOT NULL
UNION ALL
SELECT 'dossiers_' || f.code, $for_year, 'note', f.label, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  'The report does not mention the field “' || f.label || '”: no dossiers, or left out?',
  'Báo cáo không nhắc đến lĩnh vực “' || f.label || '”: không phát sinh hồ sơ hay bỏ sót?', w.section
FROM fields f CROSS JOIN whole w CROSS JOIN parts p
LEFT JOIN stated s ON s.indicator_code = 'dossiers_' || f.code
WHERE s.indicator_code IS NULL AND p.total IS NOT NULL
