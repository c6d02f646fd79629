-- title: Hồ sơ còn dở cuối năm trước có trong năm này
-- title_en: What was open at the end of the year before is carried in
-- about: Tồn cuối năm trước theo kết quả bản xuất ghi, so với các mã đó trong sổ theo dõi năm này.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH open AS (
  SELECT dossier_code FROM dossiers WHERE year = CAST($for_year AS BIGINT) - 1 AND outcome IN ('in_progress', 'in_progress_overdue')
),
both_years AS (
  SELECT count(DISTINCT year) AS n FROM imports WHERE dataset = 'dossiers' AND year IN ($for_year, CAST($for_year AS BIGINT) - 1)
),
sums AS (
  SELECT count(*) AS open, count(n.dossier_code) AS carried_in,
    string_agg(CASE WHEN n.dossier_code IS NULL THEN o.dossier_code END, ', ' ORDER BY o.dossier_code) AS lost
  FROM open o LEFT JOIN (SELECT DISTINCT dossier_code FROM dossiers WHERE year = $for_year) n ON n.dossier_code = o.dossier_code
)
SELECT 'dossiers' AS key, $for_year AS year, CASE WHEN s.open = s.carried_in THEN 'fine' ELSE 'warning' END AS severity,
  'Hồ sơ chuyển kỳ' AS subject, CAST(s.open AS DOUBLE) AS stated, CAST(s.carried_in AS DOUBLE) AS computed,
  CAST(s.carried_in - s.open AS DOUBLE) AS difference,
  s.open || ' dossiers were open at the end of ' || (CAST($for_year AS BIGINT) - 1) || ', ' || s.carried_in || ' of them stand in ' || $for_year || coalesce('; not found: ' || s.lost, '') AS explanation,
  'Cuối năm ' || (CAST($for_year AS BIGINT) - 1) || ' còn ' || vi_count(s.open) || ' hồ sơ đang giải quyết, sổ theo dõi năm ' || $for_year || ' có ' || vi_count(s.carried_in) || coalesce('; không thấy: ' || s.lost, '') AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM sums s CROSS JOIN both_years b WHERE b.n = 2
