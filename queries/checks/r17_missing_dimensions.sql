-- title: Biên chế nêu đủ các loại, kể cả hợp đồng lao động
-- title_en: Staff of every type is stated, labour contracts included
-- about: R17. Hợp đồng theo Nghị định 111/2022/NĐ-CP; giới tính và độ tuổi chưa có trong bộ dữ liệu nào nên không kiểm tra.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH types AS (
  SELECT code, label, CASE code WHEN 'civil_servant' THEN 'civil_servants' WHEN 'public_employee' THEN 'public_employees'
    ELSE 'labour_contracts' END AS indicator
  FROM categories WHERE dataset = 'staffing' AND column_name = 'staff_type'
),
stated AS (
  SELECT DISTINCT indicator_code FROM figures WHERE year = $for_year AND value IS NOT NULL AND ends_with(indicator_code, '_present')
),
counted AS (SELECT staff_type, sum(present) AS present FROM staffing WHERE year = $for_year GROUP BY staff_type),
missing AS (
  SELECT t.code, t.label, c.present FROM types t
  LEFT JOIN stated s ON s.indicator_code = t.indicator || '_present'
  LEFT JOIN counted c ON c.staff_type = t.code
  WHERE s.indicator_code IS NULL AND EXISTS (SELECT 1 FROM stated)
)
SELECT code AS key, $for_year AS year, 'gap' AS severity, label AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(present AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'The report does not count “' || label || '”; dataset staffing ' || coalesce('has ' || present, 'has no row of it') AS explanation,
  'Báo cáo không nêu số người thuộc loại “' || label || '”; biểu biên chế ' || coalesce('có ' || present || ' người', 'cũng không có dòng nào') AS explanation_vi,
  (SELECT min(section) FROM figures WHERE year = $for_year AND ends_with(indicator_code, '_present')) AS place
FROM missing
UNION ALL
SELECT 'staffing', $for_year, 'fine', 'Các loại biên chế', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  'all ' || count(*) || ' types are stated', 'đã nêu đủ ' || vi_count(count(*)) || ' loại biên chế', CAST(NULL AS VARCHAR)
FROM types WHERE EXISTS (SELECT 1 FROM stated) AND NOT EXISTS (SELECT 1 FROM missing) HAVING count(*) > 0
