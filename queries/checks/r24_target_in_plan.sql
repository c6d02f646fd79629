-- title: Mỗi mục tiêu nêu trong báo cáo có trong kế hoạch, kèm thời hạn
-- title_en: Every target of the report stands in the plan, with a deadline
-- about: R24. So theo mã chỉ tiêu với bộ targets của năm sau năm báo cáo.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH goals AS (SELECT * FROM figures WHERE year = $for_year AND kind = 'target'),
plan AS (SELECT * FROM targets WHERE target_year = CAST($for_year AS BIGINT) + 1)
SELECT g.figure_id AS key, $for_year AS year,
  CASE WHEN p.indicator_code IS NULL OR p.deadline IS NULL OR p.target IS DISTINCT FROM g.value THEN 'warning' ELSE 'fine' END AS severity,
  g.indicator AS subject, g.value AS stated, p.target AS computed, p.target - g.value AS difference,
  CASE WHEN p.indicator_code IS NULL THEN 'The target ' || vi_number(g.value) || ' is not in the plan of ' || (CAST($for_year AS BIGINT) + 1)
    WHEN p.target IS DISTINCT FROM g.value THEN 'The report aims at ' || vi_number(g.value) || ', the plan at ' || coalesce(vi_number(p.target), 'nothing in numbers')
    WHEN p.deadline IS NULL THEN 'The plan takes over the target ' || vi_number(g.value) || ' but names no deadline' || CASE WHEN p.lead_unit IS NULL THEN ' and no lead unit' ELSE '' END
    ELSE 'target ' || vi_number(g.value) || ', due ' || to_char(p.deadline, '%Y-%m-%d') END AS explanation,
  CASE WHEN p.indicator_code IS NULL THEN 'Mục tiêu ' || vi_number(g.value) || ' không có trong kế hoạch năm ' || (CAST($for_year AS BIGINT) + 1)
    WHEN p.target IS DISTINCT FROM g.value THEN 'Báo cáo nêu mục tiêu ' || vi_number(g.value) || ', kế hoạch ghi ' || coalesce(vi_number(p.target), 'không có số')
    WHEN p.deadline IS NULL THEN 'Kế hoạch có mục tiêu ' || vi_number(g.value) || ' nhưng không ghi thời hạn hoàn thành' || CASE WHEN p.lead_unit IS NULL THEN ' và đơn vị chủ trì' ELSE '' END
    ELSE 'mục tiêu ' || vi_number(g.value) || ', hạn ' || vi_date(p.deadline) END AS explanation_vi,
  g.section AS place
FROM goals g LEFT JOIN plan p ON p.indicator_code = g.indicator_code
