-- title: Hồ sơ kỳ trước chuyển sang và hình thức nộp được nêu, tồn đầu + nhận = giải quyết + tồn cuối
-- title_en: Opening stock and channels are stated, and opening + received = resolved + closing
-- about: R07. Thiếu các số này thì không điền được cột 4 đến 6 của biểu II.06a/VPCP/KSTT (Thông tư 01/2020/TT-VPCP).
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH required AS (
  SELECT * FROM (VALUES
    ('dossiers_carried_in', 'Hồ sơ từ kỳ trước chuyển sang', 'dossiers carried in from the period before', 6),
    ('dossiers_online', 'Hồ sơ tiếp nhận trực tuyến', 'dossiers received online', 4),
    ('dossiers_direct_postal', 'Hồ sơ tiếp nhận trực tiếp và qua bưu chính', 'dossiers received in person and by post', 5)
  ) AS t(code, label, label_en, form_column)
),
stated AS (
  SELECT indicator_code, max(value) AS value FROM figures
  WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL GROUP BY indicator_code
),
whole AS (
  SELECT min(section) AS section FROM figures WHERE year = $for_year AND indicator_code IN ('dossiers_total', 'dossiers_received')
),
sums AS (
  SELECT max(value) FILTER (WHERE indicator_code = 'dossiers_carried_in') AS opening,
    coalesce(max(value) FILTER (WHERE indicator_code = 'dossiers_received'), max(value) FILTER (WHERE indicator_code = 'dossiers_total')) AS received,
    sum(value) FILTER (WHERE indicator_code IN ('dossiers_early', 'dossiers_on_time', 'dossiers_overdue', 'dossiers_returned',
      'dossiers_withdrawn', 'dossiers_returned_withdrawn')) AS resolved,
    sum(value) FILTER (WHERE indicator_code IN ('dossiers_in_progress', 'dossiers_in_progress_overdue', 'dossiers_waiting')) AS closing
  FROM stated
)
SELECT r.code AS key, $for_year AS year, 'gap' AS severity, r.label AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'The report does not state ' || r.label_en || ': column ' || r.form_column || ' of form II.06a cannot be filled from it' AS explanation,
  'Báo cáo không nêu số “' || r.label || '” nên không điền được cột ' || r.form_column || ' của biểu II.06a' AS explanation_vi,
  w.section AS place
FROM required r CROSS JOIN whole w
LEFT JOIN stated s ON s.indicator_code = r.code
WHERE s.indicator_code IS NULL AND w.section IS NOT NULL
  AND NOT (r.code = 'dossiers_direct_postal' AND EXISTS (SELECT 1 FROM stated WHERE indicator_code = 'dossiers_direct'))
UNION ALL
SELECT 'balance', $for_year, CASE WHEN s.opening + s.received = s.resolved + s.closing THEN 'fine' ELSE 'error' END,
  'Tồn đầu kỳ + tiếp nhận = giải quyết + tồn cuối kỳ', s.opening + s.received, s.resolved + s.closing,
  s.resolved + s.closing - s.opening - s.received,
  'opening ' || vi_number(s.opening) || ' + received ' || vi_number(s.received) || CASE WHEN s.opening + s.received = s.resolved + s.closing THEN ' = ' ELSE ' ≠ ' END
    || 'resolved ' || vi_number(s.resolved) || ' + closing ' || vi_number(s.closing),
  'tồn đầu ' || vi_number(s.opening) || ' + tiếp nhận ' || vi_number(s.received) || CASE WHEN s.opening + s.received = s.resolved + s.closing THEN ' = ' ELSE ' ≠ ' END
    || 'giải quyết ' || vi_number(s.resolved) || ' + tồn cuối ' || vi_number(s.closing),
  w.section
FROM sums s CROSS JOIN whole w
WHERE s.opening IS NOT NULL AND s.received IS NOT NULL AND s.resolved IS NOT NULL AND s.closing IS NOT NULL
