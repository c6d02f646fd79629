-- title: Số nêu trong báo cáo khớp với số tính từ dữ liệu
-- title_en: Stated figures match what the data give
-- about: Mọi số liệu tính được của report_figures; khẳng định bằng lời và số kế hoạch ban hành có quy tắc riêng (R03, R32).
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH judged AS (
  SELECT * FROM queries.report_figures(for_year => $for_year)
  WHERE status IN ('match', 'mismatch') AND kind <> 'claim' AND indicator_code <> 'plans_issued'
)
SELECT figure_id AS key, $for_year AS year, 'error' AS severity, indicator AS subject, value AS stated, computed, difference,
  'The report states ' || coalesce(qualifier || ' ', '') || vi_number(value) || coalesce('/' || vi_number(denominator), '') || ', the data give ' || vi_number(computed) || coalesce('/' || vi_number(computed_denominator), '') || ' (' || evidence || ')' AS explanation,
  'Báo cáo nêu ' || coalesce(qualifier || ' ', '') || vi_number(value) || coalesce('/' || vi_number(denominator), '') || ', dữ liệu cho ' || vi_number(computed) || coalesce('/' || vi_number(computed_denominator), '') || ' (' || formula || '; ' || evidence || ')' AS explanation_vi,
  section AS place
FROM judged WHERE status = 'mismatch'
UNION ALL
SELECT 'figures', $for_year, 'fine', 'Số liệu khớp với dữ liệu', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  count(*) || ' figures match the data: ' || string_agg(figure_id || ' ' || coalesce(qualifier || ' ', '') || vi_number(value) || coalesce('/' || vi_number(denominator), ''), ', ' ORDER BY figure_id),
  vi_count(count(*)) || ' số liệu khớp với dữ liệu: ' || string_agg(figure_id || ' ' || coalesce(qualifier || ' ', '') || vi_number(value) || coalesce('/' || vi_number(denominator), ''), ', ' ORDER BY figure_id),
  CAST(NULL AS VARCHAR)
FROM judged WHERE status = 'match' HAVING count(*) > 0
