-- title: Phương án tự chủ được phê duyệt đúng hạn luật định
-- title_en: Autonomy plans are approved within the statutory term
-- about: R13. Nghị định 60/2021/NĐ-CP, điều 40 khoản 2: trình trước 31/3/2022, phê duyệt trước 30/6/2022. Kiểm tra lại với Sở Tài chính.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH units AS (
  SELECT a.unit, a.status, i.as_of,
    (date_part('year', i.as_of) - 2022) * 12 + date_part('month', i.as_of) - 6 AS months
  FROM autonomy a JOIN imports i ON i.dataset = 'autonomy' AND i.year = a.year
  WHERE a.year = $for_year AND i.as_of > DATE '2022-06-30'
),
late AS (SELECT * FROM units WHERE status IN ('preparing', 'submitted'))
SELECT status AS key, $for_year AS year, 'warning' AS severity,
  CASE status WHEN 'preparing' THEN 'Phương án tự chủ đang xây dựng' ELSE 'Phương án tự chủ đã trình, chưa phê duyệt' END AS subject,
  CAST(NULL AS DOUBLE) AS stated, CAST(count(*) AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  count(*) || ' units have no approved plan as of ' || to_char(max(as_of), '%Y-%m-%d') || ', about ' || CAST(max(months) AS BIGINT)
    || ' months after the statutory date 2022-06-30' AS explanation,
  vi_count(count(*)) || ' đơn vị chưa có phương án được phê duyệt tính đến ngày ' || vi_date(max(as_of)) || ', chậm khoảng '
    || CAST(max(months) AS BIGINT) || ' tháng so với hạn 30/6/2022: ' || string_agg(unit, '; ' ORDER BY unit) AS explanation_vi,
  (SELECT min(section) FROM figures WHERE year = $for_year AND indicator_code = 'service_units') AS place
FROM late GROUP BY status
UNION ALL
SELECT 'autonomy', $for_year, 'fine', 'Phương án tự chủ', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  count(*) || ' units with approved plans', vi_count(count(*)) || ' đơn vị đã có phương án được phê duyệt', CAST(NULL AS VARCHAR)
FROM units WHERE status = 'approved' HAVING count(*) > 0 AND NOT EXISTS (SELECT 1 FROM late)
