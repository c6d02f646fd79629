-- title: Kết quả ghi trong bản xuất phù hợp với ngày tháng
-- title_en: Exported outcomes agree with the dates
-- about: Kết quả của bản xuất là số được báo cáo; ngày tháng chỉ để đối chiếu, ngày so với ngày. Trả sau ngày hẹn mà ghi đúng hạn có thể do người dân đến nhận muộn nên chỉ là lưu ý.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH judged AS (
  SELECT d.dossier_code, d.outcome, CAST(d.due_at AS DATE) AS due_on, CAST(d.completed_at AS DATE) AS completed_on, i.as_of,
    timeliness(CAST(d.received_at AS DATE), CAST(d.due_at AS DATE), CAST(d.completed_at AS DATE), i.as_of) AS by_date
  FROM dossiers d JOIN imports i ON i.dataset = 'dossiers' AND i.year = d.year
  WHERE d.year = $for_year AND d.outcome IN ('early', 'on_time', 'overdue', 'in_progress', 'in_progress_overdue')
),
differing AS (SELECT * FROM judged WHERE by_date <> outcome)
SELECT dossier_code AS key, $for_year AS year,
  CASE WHEN outcome IN ('early', 'on_time') AND completed_on IS NOT NULL THEN 'note' ELSE 'warning' END AS severity,
  label(outcome, 'dossiers.outcome') AS subject, CAST(NULL AS DOUBLE) AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'The export says “' || label(outcome, 'dossiers.outcome') || '”; by its dates (due ' || coalesce(to_char(due_on, '%Y-%m-%d'), '–') || ', completed ' || coalesce(to_char(completed_on, '%Y-%m-%d'), '–') || ') it is “' || label(by_date, 'dossiers.outcome') || '”' AS explanation,
  'Bản xuất ghi “' || label(outcome, 'dossiers.outcome') || '”; theo ngày tháng (hẹn trả ' || coalesce(vi_date(due_on), '–') || ', trả ' || coalesce(vi_date(completed_on), '–') || ') là “' || label(by_date, 'dossiers.outcome') || '”' AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM differing
UNION ALL
SELECT 'dossiers', $for_year, 'fine', 'Kết quả và ngày tháng', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  count(*) || ' outcomes, all as the dates say', vi_number(count(*)) || ' hồ sơ có kết quả phù hợp với ngày tháng', CAST(NULL AS VARCHAR)
FROM judged WHERE NOT EXISTS (SELECT 1 FROM differing) HAVING count(*) > 0
