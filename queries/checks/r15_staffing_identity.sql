-- title: Biên chế được giao = có mặt + chưa sử dụng
-- title_en: Assigned posts = present + vacant
-- about: R15. Trong biểu biên chế và trong báo cáo; báo cáo không nêu số được giao thì là điểm thiếu.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH types AS (
  SELECT * FROM (VALUES ('civil_servants', 'Công chức', 'civil servants'), ('public_employees', 'Viên chức', 'public employees'))
  AS t(code, label, label_en)
),
stated AS (
  SELECT indicator_code, max(value) AS value, min(section) AS section FROM figures
  WHERE year = $for_year AND value IS NOT NULL GROUP BY indicator_code
),
figures_of AS (
  SELECT t.code, t.label, t.label_en, a.value AS assigned, p.value AS present, v.value AS vacant, p.section
  FROM types t
  JOIN stated p ON p.indicator_code = t.code || '_present'
  JOIN stated v ON v.indicator_code = t.code || '_vacant'
  LEFT JOIN stated a ON a.indicator_code = t.code || '_assigned'
),
broken AS (
  SELECT unit, staff_type, assigned, present, vacant FROM staffing
  WHERE year = $for_year AND assigned <> present + vacant
)
SELECT code AS key, $for_year AS year,
  CASE WHEN assigned IS NULL THEN 'gap' WHEN assigned = present + vacant THEN 'fine' ELSE 'error' END AS severity,
  label AS subject, assigned AS stated, present + vacant AS computed, present + vacant - assigned AS difference,
  CASE WHEN assigned IS NULL THEN 'The report does not state how many posts are assigned to ' || label_en || '; present and vacant give '
      || vi_number(present) || ' + ' || vi_number(vacant) || ' = ' || vi_number(present + vacant)
    ELSE 'assigned ' || vi_number(assigned) || ', present ' || vi_number(present) || ' + vacant ' || vi_number(vacant) || ' = ' || vi_number(present + vacant) END AS explanation,
  CASE WHEN assigned IS NULL THEN 'Báo cáo không nêu số biên chế được giao; có mặt và chưa sử dụng cộng lại '
      || vi_number(present) || ' + ' || vi_number(vacant) || ' = ' || vi_number(present + vacant)
    ELSE 'được giao ' || vi_number(assigned) || ', có mặt ' || vi_number(present) || ' + chưa sử dụng ' || vi_number(vacant) || ' = ' || vi_number(present + vacant) END AS explanation_vi,
  section AS place
FROM figures_of
UNION ALL
SELECT unit || ' · ' || staff_type, $for_year, 'error', unit, CAST(assigned AS DOUBLE), CAST(present + vacant AS DOUBLE),
  CAST(present + vacant - assigned AS DOUBLE),
  'In dataset staffing: assigned ' || assigned || ' ≠ present ' || present || ' + vacant ' || vacant,
  'Trong biểu biên chế: được giao ' || assigned || ' ≠ có mặt ' || present || ' + chưa sử dụng ' || vacant, CAST(NULL AS VARCHAR)
FROM broken
UNION ALL
SELECT 'staffing', $for_year, 'fine', 'Biểu biên chế', CAST(sum(assigned) AS DOUBLE), CAST(sum(present) + sum(vacant) AS DOUBLE), 0.0,
  'in dataset staffing: ' || sum(assigned) || ' assigned = ' || sum(present) || ' present + ' || sum(vacant) || ' vacant, in each of ' || count(*) || ' rows',
  'trong biểu biên chế: được giao ' || sum(assigned) || ' = có mặt ' || sum(present) || ' + chưa sử dụng ' || sum(vacant) || ', đúng ở cả ' || count(*) || ' dòng', CAST(NULL AS VARCHAR)
FROM staffing WHERE year = $for_year AND NOT EXISTS (SELECT 1 FROM broken) HAVING count(*) > 0
