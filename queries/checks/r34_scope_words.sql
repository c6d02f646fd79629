-- title: Một chỉ tiêu được gọi bằng cùng một tên
-- title_en: An indicator goes by one name
-- about: R34. Cùng mã, cùng loại mà tên gọi khác nhau (“áp dụng” và “đã chuyển đổi”) thì không chắc là một thứ.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH named AS (
  SELECT indicator_code, kind, trim(replace(indicator, '(nhắc lại)', '')) AS name, section, figure_id
  FROM figures WHERE year = $for_year AND kind IN ('count', 'rate', 'ratio') AND indicator_code IS NOT NULL
),
differing AS (
  SELECT indicator_code, kind, array_to_string(array_sort(array_agg(DISTINCT name)), '” / “') AS names, string_agg(figure_id, ', ' ORDER BY figure_id) AS ids,
    min(section) AS section
  FROM named GROUP BY indicator_code, kind HAVING count(DISTINCT fold(name)) > 1
)
SELECT indicator_code AS key, $for_year AS year, 'warning' AS severity, indicator_code AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'One indicator, several names: “' || names || '” (' || ids || ')' AS explanation,
  'Một chỉ tiêu nhưng nhiều tên gọi: “' || names || '” (' || ids || ')' AS explanation_vi, section AS place
FROM differing
UNION ALL
SELECT 'figures', $for_year, 'fine', 'Tên gọi các chỉ tiêu', CAST(count(DISTINCT indicator_code) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  count(DISTINCT indicator_code) || ' indicators, each with one name', vi_number(count(DISTINCT indicator_code)) || ' chỉ tiêu, mỗi chỉ tiêu một tên gọi', CAST(NULL AS VARCHAR)
FROM named WHERE NOT EXISTS (SELECT 1 FROM differing) HAVING count(*) > 0
