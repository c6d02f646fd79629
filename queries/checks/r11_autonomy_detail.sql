-- title: Mỗi đơn vị tự chủ có nhóm, mức tự bảo đảm và quyết định
-- title_en: Every autonomous unit has a group, a rate and a decision
-- about: R11. Nghị định 60/2021/NĐ-CP, điều 9 và 10: nhóm 3 chia thành 3a, 3b, 3c theo mức tự bảo đảm.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH judged AS (
  SELECT unit,
    array_to_string(array_remove_all(make_array(
      CASE WHEN group_code IS NULL THEN 'nhóm tự chủ' WHEN group_code = '3' THEN 'nhóm 3a, 3b hay 3c' ELSE '' END,
      CASE WHEN self_financing_rate IS NULL THEN 'mức tự bảo đảm' ELSE '' END,
      CASE WHEN decision_no IS NULL THEN 'quyết định giao tự chủ' ELSE '' END), ''), ', ') AS missing,
    array_to_string(array_remove_all(make_array(
      CASE WHEN group_code IS NULL THEN 'the group' WHEN group_code = '3' THEN 'whether 3a, 3b or 3c' ELSE '' END,
      CASE WHEN self_financing_rate IS NULL THEN 'the rate' ELSE '' END,
      CASE WHEN decision_no IS NULL THEN 'the decision' ELSE '' END), ''), ', ') AS missing_en
  FROM autonomy WHERE year = $for_year
)
SELECT unit AS key, $for_year AS year, 'gap' AS severity, unit AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'Not in the data: ' || missing_en AS explanation, 'Biểu tự chủ chưa có: ' || missing AS explanation_vi,
  (SELECT min(section) FROM figures WHERE year = $for_year AND indicator_code = 'service_units') AS place
FROM judged WHERE missing <> ''
UNION ALL
SELECT 'autonomy', $for_year, 'fine', 'Thông tin tự chủ của các đơn vị', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  'all ' || count(*) || ' units have group, rate and decision', vi_count(count(*)) || ' đơn vị đều có nhóm, mức tự bảo đảm và quyết định', CAST(NULL AS VARCHAR)
FROM judged HAVING count(*) > 0 AND count(*) FILTER (WHERE missing <> '') = 0
