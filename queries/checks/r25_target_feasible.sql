-- title: Mục tiêu dịch vụ công trực tuyến có đường thực hiện
-- title_en: The target of online services can be reached
-- about: R25. Số thủ tục phải nâng lên mức độ 4 so với số đang ở mức độ 3; mục tiêu không vượt tổng số và không thấp hơn hiện trạng.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH stated AS (
  SELECT indicator_code, kind, max(value) AS value, max(denominator) AS denominator, min(section) AS section FROM figures
  WHERE year = $for_year AND indicator_code IN ('procedures_level3', 'procedures_level4') AND value IS NOT NULL
  GROUP BY indicator_code, kind
),
judged AS (
  SELECT t.value AS target, t.section, b.value AS level4, l.value AS level3, b.denominator AS total, t.value - b.value AS gap,
    t.value - b.value - l.value AS beyond
  FROM stated t
  JOIN stated b ON b.indicator_code = 'procedures_level4' AND b.kind = 'ratio'
  JOIN stated l ON l.indicator_code = 'procedures_level3' AND l.kind = 'ratio'
  WHERE t.indicator_code = 'procedures_level4' AND t.kind = 'target'
)
SELECT 'procedures_level4' AS key, $for_year AS year,
  CASE WHEN target > total OR target < level4 THEN 'error' WHEN beyond > 0 THEN 'warning' ELSE 'fine' END AS severity,
  'Mục tiêu dịch vụ công mức độ 4' AS subject, target AS stated, level4 AS computed, gap AS difference,
  CASE WHEN target > total THEN 'The target ' || vi_number(target) || ' exceeds the ' || vi_number(total) || ' procedures there are'
    WHEN target < level4 THEN 'The target ' || vi_number(target) || ' is below what is reached, ' || vi_number(level4)
    WHEN beyond > 0 THEN 'From ' || vi_number(level4) || ' to ' || vi_number(target) || ' of ' || vi_number(total) || ' is +' || vi_number(gap) || '; only ' || vi_number(level3)
      || ' are at level 3, so at least ' || vi_number(beyond) || ' are at neither level yet, and the report does not name the ' || vi_number(total - target) || ' left out'
    ELSE 'from ' || vi_number(level4) || ' to ' || vi_number(target) || ' of ' || vi_number(total) || ': +' || vi_number(gap) END AS explanation,
  CASE WHEN target > total THEN 'Mục tiêu ' || vi_number(target) || ' vượt tổng số ' || vi_number(total) || ' thủ tục'
    WHEN target < level4 THEN 'Mục tiêu ' || vi_number(target) || ' thấp hơn hiện trạng ' || vi_number(level4)
    WHEN beyond > 0 THEN 'Từ ' || vi_number(level4) || ' lên ' || vi_number(target) || '/' || vi_number(total) || ' là thêm ' || vi_number(gap) || ' thủ tục; mới có ' || vi_number(level3)
      || ' thủ tục mức độ 3, nên ít nhất ' || vi_count(CAST(beyond AS BIGINT)) || ' thủ tục chưa ở mức độ 3 hay 4, và báo cáo chưa nêu ' || vi_count(CAST(total - target AS BIGINT)) || ' thủ tục không đưa vào'
    ELSE 'từ ' || vi_number(level4) || ' lên ' || vi_number(target) || '/' || vi_number(total) || ': thêm ' || vi_number(gap) END AS explanation_vi,
  section AS place
FROM judged
