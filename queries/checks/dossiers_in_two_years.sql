-- title: Mỗi hồ sơ chỉ được tính trong một năm
-- title_en: A dossier counts in one year
-- about: Hồ sơ đã giải quyết xong ở năm trước mà có lại trong năm này là tính hai lần; hồ sơ còn dở được chuyển sang là bình thường.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH now AS (SELECT dossier_code FROM dossiers WHERE year = $for_year),
earlier AS (
  SELECT o.dossier_code, o.year, o.outcome FROM dossiers o JOIN now n ON n.dossier_code = o.dossier_code
  WHERE o.year < $for_year
),
latest AS (SELECT *, row_number() OVER (PARTITION BY dossier_code ORDER BY year DESC) AS place_no FROM earlier),
twice AS (
  SELECT * FROM latest
  WHERE place_no = 1 AND outcome IS NOT NULL AND outcome NOT IN ('in_progress', 'in_progress_overdue')
)
SELECT dossier_code AS key, $for_year AS year, 'error' AS severity, dossier_code AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'Already closed in ' || twice.year || ' (' || label(outcome, 'dossiers.outcome') || ') and counted again' AS explanation,
  'Đã kết thúc ở năm ' || twice.year || ' (' || label(outcome, 'dossiers.outcome') || ') mà vẫn được tính lại' AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM twice
UNION ALL
SELECT 'dossiers', $for_year, 'fine', 'Mã hồ sơ', CAST(count(*) AS DOUBLE), CAST(count(DISTINCT dossier_code) AS DOUBLE), 0.0,
  count(*) || ' codes, none closed in an earlier year', vi_number(count(*)) || ' mã hồ sơ, không mã nào đã kết thúc ở năm trước', CAST(NULL AS VARCHAR)
FROM now WHERE NOT EXISTS (SELECT 1 FROM twice) HAVING count(*) > 0
