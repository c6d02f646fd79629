-- title: Số đã giải quyết không vượt số tiếp nhận trừ số đang giải quyết
-- title_en: What is resolved does not exceed what was received less what is open
-- about: R04. Khi báo cáo gộp “tiếp nhận và giải quyết” làm một số thì số đó được hiểu là cả số đã giải quyết.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH stated AS (SELECT * FROM figures WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL),
-- Một chỉ tiêu nhắc lại nhiều lần thì chỉ tính một lần.
once AS (SELECT indicator_code, max(value) AS value FROM stated GROUP BY indicator_code),
sums AS (
  SELECT sum(value) FILTER (WHERE indicator_code IN ('dossiers_in_progress', 'dossiers_in_progress_overdue', 'dossiers_waiting')) AS open,
    sum(value) FILTER (WHERE indicator_code IN ('dossiers_returned', 'dossiers_withdrawn', 'dossiers_returned_withdrawn')) AS ended,
    max(value) FILTER (WHERE indicator_code = 'dossiers_received') AS received,
    max(value) FILTER (WHERE indicator_code = 'dossiers_resolved') AS resolved,
    max(value) FILTER (WHERE indicator_code = 'dossiers_carried_in') AS carried_in
  FROM once
),
merged AS (
  SELECT value, section FROM stated
  WHERE indicator_code = 'dossiers_total'
    AND (fold(indicator) LIKE '%tiep nhan va giai quyet%' OR fold(quote) LIKE '%tiep nhan va giai quyet%')
  ORDER BY figure_id LIMIT 1
),
judged AS (
  SELECT coalesce(s.resolved, m.value) AS resolved, coalesce(s.received, m.value) + coalesce(s.carried_in, 0) AS received,
    coalesce(s.open, 0) AS open, coalesce(s.ended, 0) AS ended, s.resolved IS NULL AS is_merged, m.section
  FROM sums s LEFT JOIN merged m ON true
)
SELECT 'dossiers_resolved' AS key, $for_year AS year,
  CASE WHEN resolved > received - open - ended THEN 'error' ELSE 'fine' END AS severity,
  'Hồ sơ đã giải quyết' AS subject, resolved AS stated, received - open - ended AS computed,
  received - open - ended - resolved AS difference,
  CASE WHEN resolved > received - open - ended
    THEN CASE WHEN is_merged THEN 'The report gives one number, ' || vi_number(resolved) || ', as received and as resolved' ELSE vi_number(resolved) || ' are stated as resolved' END
      || ', although ' || vi_number(open) || ' are still open and ' || vi_number(ended) || ' were returned or withdrawn: at most '
      || vi_number(received - open - ended) || ' can be resolved'
    ELSE vi_number(resolved) || ' resolved of ' || vi_number(received) || ' received, ' || vi_number(open) || ' open, ' || vi_number(ended) || ' returned or withdrawn' END AS explanation,
  CASE WHEN resolved > received - open - ended
    THEN CASE WHEN is_merged THEN 'Báo cáo dùng một số ' || vi_number(resolved) || ' cho cả tiếp nhận và giải quyết' ELSE 'Báo cáo nêu đã giải quyết ' || vi_number(resolved) || ' hồ sơ' END
      || ', trong khi còn ' || vi_count(CAST(open AS BIGINT)) || ' hồ sơ đang giải quyết và ' || vi_count(CAST(ended AS BIGINT)) || ' hồ sơ trả lại hoặc rút: nhiều nhất '
      || vi_number(received - open - ended) || ' hồ sơ đã giải quyết'
    ELSE 'giải quyết ' || vi_number(resolved) || ' trên ' || vi_number(received) || ' hồ sơ tiếp nhận; đang giải quyết ' || vi_number(open) || ', trả lại hoặc rút ' || vi_number(ended) END AS explanation_vi,
  section AS place
FROM judged
WHERE resolved IS NOT NULL AND received IS NOT NULL
