-- title: Số đơn vị sự nghiệp bằng tổng các nhóm và bằng số đơn vị được nêu tên
-- title_en: The units add up over their groups and are all named
-- about: R10. So trong báo cáo, rồi với biểu tự chủ và biểu biên chế.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH stated AS (
  SELECT *, row_number() OVER (PARTITION BY indicator_code ORDER BY figure_id) AS place_no
  FROM figures WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL
),
whole AS (SELECT value, section FROM stated WHERE indicator_code = 'service_units' AND place_no = 1),
sources AS (
  SELECT 'groups' AS key, 'Tổng các nhóm tự chủ' AS subject, sum(value) AS n,
    'the groups add up to ' || string_agg(vi_number(value), ' + ' ORDER BY figure_id) || ' = ' || vi_number(sum(value)) AS words,
    'các nhóm tự chủ cộng lại ' || string_agg(vi_number(value), ' + ' ORDER BY figure_id) || ' = ' || vi_number(sum(value)) AS words_vi
  FROM stated
  WHERE indicator_code IN ('units_investment_financing', 'units_self_financing', 'units_part_financing', 'units_state_financed') AND place_no = 1
  HAVING count(*) > 0
  UNION ALL
  SELECT 'named', 'Đơn vị được nêu tên', value, vi_number(value) || ' are named', vi_number(value) || ' đơn vị được nêu tên'
  FROM stated WHERE indicator_code = 'units_named' AND place_no = 1
  UNION ALL
  SELECT 'autonomy', 'Đơn vị trong biểu tự chủ', CAST(count(*) AS DOUBLE), 'dataset autonomy has ' || count(*), 'biểu tự chủ tài chính có ' || count(*) || ' đơn vị'
  FROM autonomy WHERE year = $for_year HAVING count(*) > 0
  UNION ALL
  SELECT 'staffing', 'Đơn vị trong biểu biên chế', CAST(count(DISTINCT unit) AS DOUBLE), 'dataset staffing has ' || count(DISTINCT unit), 'biểu biên chế có ' || count(DISTINCT unit) || ' đơn vị sự nghiệp'
  FROM staffing WHERE year = $for_year AND unit_kind = 'service' HAVING count(*) > 0
)
SELECT s.key, $for_year AS year, CASE WHEN s.n = w.value THEN 'fine' ELSE 'error' END AS severity, s.subject,
  w.value AS stated, s.n AS computed, s.n - w.value AS difference,
  'The report states ' || vi_number(w.value) || ' service units; ' || s.words AS explanation,
  'Báo cáo nêu ' || vi_number(w.value) || ' đơn vị sự nghiệp; ' || s.words_vi AS explanation_vi,
  w.section AS place
FROM sources s CROSS JOIN whole w
ORDER BY key
