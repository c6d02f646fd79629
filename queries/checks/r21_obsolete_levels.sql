-- title: Mức độ dịch vụ công theo cách phân loại còn hiệu lực
-- title_en: Online service levels use the scheme in force
-- about: R21. Nghị định 42/2022/NĐ-CP (toàn trình, một phần) thay mức độ 3, 4; quy tắc này chưa có văn bản nguồn kèm theo nên chỉ là lưu ý. Không tự quy đổi.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH old AS (
  SELECT p.year, count(*) AS n FROM procedures p JOIN imports i ON i.dataset = 'procedures' AND i.year = p.year
  WHERE p.year = $for_year AND p.level_scheme = 'nd43' AND i.as_of >= DATE '2022-08-15' GROUP BY p.year
),
cited AS (
  SELECT string_agg(figure_id, ', ' ORDER BY figure_id) AS names, min(section) AS section FROM figures
  WHERE year = $for_year AND (indicator_code LIKE '%level3%' OR indicator_code LIKE '%level4%') HAVING count(*) > 0
)
SELECT 'procedures' AS key, $for_year AS year, 'note' AS severity, 'Mức độ 3, 4' AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(o.n AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  o.n || ' procedures carry levels of Decree 43/2011, which Decree 42/2022 replaced by full and partial' || coalesce('; figures: ' || c.names, '') AS explanation,
  vi_number(o.n) || ' thủ tục ghi mức độ theo Nghị định 43/2011, trong khi Nghị định 42/2022 đã chuyển sang toàn trình và một phần' || coalesce('; các số liệu: ' || c.names, '') AS explanation_vi,
  c.section AS place
FROM old o LEFT JOIN cited c ON true
UNION ALL
SELECT 'procedures', $for_year, 'fine', 'Mức độ dịch vụ công', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  'no procedure carries a level of the former scheme', vi_number(count(*)) || ' thủ tục, không thủ tục nào ghi mức độ theo cách cũ', CAST(NULL AS VARCHAR)
FROM procedures WHERE year = $for_year AND NOT EXISTS (SELECT 1 FROM old) HAVING count(*) > 0
