-- title: Số liệu tại một thời điểm có ngày chốt
-- title_en: Every stock figure has an as-of date
-- about: R16. “Tại thời điểm báo cáo” chưa phải là ngày; một dòng cho mỗi mục của báo cáo.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH stocks AS (
  SELECT figure_id, section, indicator, as_of FROM figures
  WHERE year = $for_year AND kind IN ('count', 'ratio') AND value IS NOT NULL
    AND (ends_with(indicator_code, '_present') OR ends_with(indicator_code, '_vacant') OR ends_with(indicator_code, '_assigned')
      OR starts_with(indicator_code, 'dossiers_in_progress') OR starts_with(indicator_code, 'units_') OR starts_with(indicator_code, 'procedures_')
      OR indicator_code IN ('service_units', 'iso_units', 'dossiers_waiting'))
)
SELECT section AS key, $for_year AS year, 'gap' AS severity, 'Ngày chốt số liệu' AS subject,
  CAST(NULL AS DOUBLE) AS stated, CAST(count(*) AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  count(*) || ' figures without an as-of date: ' || string_agg(figure_id, ', ' ORDER BY figure_id) AS explanation,
  vi_count(count(*)) || ' số liệu không có ngày chốt: ' || string_agg(indicator, '; ' ORDER BY figure_id) AS explanation_vi,
  section AS place
FROM stocks WHERE as_of IS NULL GROUP BY section
UNION ALL
SELECT 'figures', $for_year, 'fine', 'Ngày chốt số liệu', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  'all ' || count(*) || ' stock figures have an as-of date', vi_count(count(*)) || ' số liệu thời điểm đều có ngày chốt', CAST(NULL AS VARCHAR)
FROM stocks HAVING count(*) > 0 AND count(*) = count(as_of)
