-- title: Nhiệm vụ “tăng”, “giảm” có hiện trạng để so
-- title_en: A task to raise or lower something has a baseline
-- about: R26. Chỉ tiêu trong bộ targets mà cột hiện trạng để trống.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH plan AS (SELECT * FROM targets WHERE target_year = CAST($for_year AS BIGINT) + 1),
bare AS (
  SELECT p.indicator_code, p.indicator, p.target, i.value AS computed FROM plan p
  LEFT JOIN queries.indicators i ON i.indicator_code = p.indicator_code AND i.year = $for_year
  WHERE p.baseline IS NULL
)
SELECT coalesce(indicator_code, indicator) AS key, $for_year AS year, 'gap' AS severity, indicator AS subject,
  CAST(NULL AS DOUBLE) AS stated, computed, CAST(NULL AS DOUBLE) AS difference,
  'The plan of ' || (CAST($for_year AS BIGINT) + 1) || ' has no baseline for it' || coalesce('; the data of ' || $for_year || ' give ' || vi_number(computed), '') AS explanation,
  'Kế hoạch năm ' || (CAST($for_year AS BIGINT) + 1) || ' không có hiện trạng của chỉ tiêu này' || coalesce('; dữ liệu năm ' || $for_year || ' cho ' || vi_number(computed), '') AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM bare
UNION ALL
SELECT 'targets', $for_year, 'fine', 'Hiện trạng của các chỉ tiêu', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  'all ' || count(*) || ' targets have a baseline', vi_count(count(*)) || ' chỉ tiêu đều có hiện trạng', CAST(NULL AS VARCHAR)
FROM plan WHERE NOT EXISTS (SELECT 1 FROM bare) HAVING count(*) > 0
