-- title: Nêu đủ các loại kết quả giải quyết, kể cả khi bằng 0
-- title_en: Every class of outcome is stated, if only as 0
-- about: R02. Các loại kết quả lấy từ hợp đồng dữ liệu của dossiers, thêm “chờ bổ sung”; số gộp “trả lại/rút” được coi là đã nêu cả hai loại.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH required AS (
  SELECT code, label FROM categories WHERE dataset = 'dossiers' AND column_name = 'outcome'
  UNION ALL SELECT 'waiting', 'Chờ bổ sung'
),
stated AS (
  SELECT DISTINCT indicator_code FROM figures
  WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL AND indicator_code LIKE 'dossiers%'
),
covered AS (
  SELECT indicator_code FROM stated
  UNION SELECT 'dossiers_returned' FROM stated WHERE indicator_code = 'dossiers_returned_withdrawn'
  UNION SELECT 'dossiers_withdrawn' FROM stated WHERE indicator_code = 'dossiers_returned_withdrawn'
),
register AS (SELECT outcome, count(*) AS n FROM dossiers WHERE year = $for_year GROUP BY outcome),
whole AS (SELECT min(section) AS section FROM figures WHERE year = $for_year AND indicator_code = 'dossiers_total'),
missing AS (
  SELECT r.code, r.label, coalesce(g.n, 0) AS n
  FROM required r
  LEFT JOIN covered c ON c.indicator_code = 'dossiers_' || r.code
  LEFT JOIN register g ON g.outcome = r.code
  WHERE c.indicator_code IS NULL AND EXISTS (SELECT 1 FROM stated)
)
SELECT 'dossiers_' || m.code AS key, $for_year AS year, 'error' AS severity, m.label AS subject,
  CAST(NULL AS DOUBLE) AS stated, CASE WHEN m.code <> 'waiting' THEN CAST(m.n AS DOUBLE) END AS computed,
  CAST(NULL AS DOUBLE) AS difference,
  'The report does not state “' || m.label || '”, not even as 0'
    || CASE WHEN m.code <> 'waiting' THEN '; the register has ' || m.n || ' such dossiers' ELSE '' END AS explanation,
  'Báo cáo không nêu số hồ sơ “' || m.label || '”, kể cả khi bằng 0'
    || CASE WHEN m.code <> 'waiting' THEN '; sổ theo dõi ghi ' || vi_count(m.n) || ' hồ sơ' ELSE '' END AS explanation_vi,
  w.section AS place
FROM missing m CROSS JOIN whole w
UNION ALL
SELECT 'dossiers', $for_year, 'fine', 'Các loại kết quả giải quyết', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  'all ' || count(*) || ' classes are stated', 'đã nêu đủ ' || vi_count(count(*)) || ' loại kết quả', max(w.section)
FROM required CROSS JOIN whole w
WHERE EXISTS (SELECT 1 FROM stated) AND NOT EXISTS (SELECT 1 FROM missing)
HAVING count(*) > 0
