-- title: Tên đơn vị và tên loại không đổi giữa hai năm liền nhau
-- title_en: Names of units and categories do not change between two years
-- about: So với năm trước: cùng một tên viết khác nhau là cảnh báo; tên mất đi hoặc mới xuất hiện là lưu ý, vì có thể là sắp xếp lại.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH names AS (
  SELECT 'staffing.unit' AS column_name, year, unit AS name FROM staffing WHERE year IN ($for_year, CAST($for_year AS BIGINT) - 1) GROUP BY year, unit
  UNION ALL
  SELECT 'autonomy.unit', year, unit FROM autonomy WHERE year IN ($for_year, CAST($for_year AS BIGINT) - 1) GROUP BY year, unit
  UNION ALL
  SELECT 'dossiers.handling_unit', year, handling_unit FROM dossiers WHERE year IN ($for_year, CAST($for_year AS BIGINT) - 1) AND handling_unit IS NOT NULL GROUP BY year, handling_unit
  UNION ALL
  SELECT 'dossiers.field', year, label(field, 'dossiers.field') FROM dossiers WHERE year IN ($for_year, CAST($for_year AS BIGINT) - 1) AND field IS NOT NULL GROUP BY year, field
),
both_years AS (SELECT column_name FROM names GROUP BY column_name HAVING count(DISTINCT year) = 2),
folded AS (SELECT n.column_name, n.year, n.name, fold(n.name) AS folded FROM names n JOIN both_years b ON b.column_name = n.column_name),
paired AS (
  SELECT coalesce(a.column_name, b.column_name) AS column_name, a.name AS before, b.name AS after
  FROM (SELECT * FROM folded WHERE year = CAST($for_year AS BIGINT) - 1) a
  FULL JOIN (SELECT * FROM folded WHERE year = $for_year) b ON a.column_name = b.column_name AND a.folded = b.folded
),
changed AS (SELECT * FROM paired WHERE before IS DISTINCT FROM after)
SELECT column_name || '/' || coalesce(after, before) AS key, $for_year AS year,
  CASE WHEN before IS NOT NULL AND after IS NOT NULL THEN 'warning' ELSE 'note' END AS severity, coalesce(after, before) AS subject,
  CAST(NULL AS DOUBLE) AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  CASE WHEN before IS NULL THEN column_name || ': new in ' || $for_year WHEN after IS NULL THEN column_name || ': was there in ' || (CAST($for_year AS BIGINT) - 1) || ' and is gone'
    ELSE column_name || ': written “' || before || '” in ' || (CAST($for_year AS BIGINT) - 1) || ', so the two years do not compare' END AS explanation,
  CASE WHEN before IS NULL THEN column_name || ': mới có từ năm ' || $for_year WHEN after IS NULL THEN column_name || ': năm ' || (CAST($for_year AS BIGINT) - 1) || ' có, năm ' || $for_year || ' không còn'
    ELSE column_name || ': năm ' || (CAST($for_year AS BIGINT) - 1) || ' viết là “' || before || '” nên hai năm không so sánh được' END AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM changed
UNION ALL
SELECT column_name AS key, $for_year, 'fine', column_name AS subject, CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  column_name || ': the same ' || count(*) || ' names in ' || (CAST($for_year AS BIGINT) - 1) || ' and ' || $for_year,
  column_name || ': ' || vi_count(count(*)) || ' tên giống nhau ở năm ' || (CAST($for_year AS BIGINT) - 1) || ' và năm ' || $for_year, CAST(NULL AS VARCHAR)
FROM paired GROUP BY column_name HAVING count(*) = count(CASE WHEN before = after THEN 1 END)
