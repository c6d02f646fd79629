-- title: Có hồ sơ quá hạn thì nêu nguyên nhân và văn bản xin lỗi
-- title_en: Overdue dossiers come with their causes and letters of apology
-- about: R09. Văn bản xin lỗi và hẹn lại: Nghị định 61/2018/NĐ-CP và mẫu 04 của Thông tư 03/2025/TT-VPCP; kiểm tra lại với Văn phòng UBND tỉnh.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH stated AS (
  SELECT indicator_code, max(value) AS value, min(section) AS section FROM figures
  WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL GROUP BY indicator_code
),
required AS (
  SELECT * FROM (VALUES
    ('overdue_reasons', 'Nguyên nhân quá hạn', 'how many have a stated cause'),
    ('apology_letters', 'Văn bản xin lỗi và hẹn lại', 'how many letters of apology were sent')
  ) AS t(code, label, label_en)
),
late AS (SELECT value, section FROM stated WHERE indicator_code = 'dossiers_overdue'),
named AS (
  SELECT string_agg(dossier_code || coalesce(' (' || procedure_name || ')', ''), '; ' ORDER BY dossier_code) AS names
  FROM dossiers WHERE year = $for_year AND outcome = 'overdue'
)
SELECT r.code AS key, $for_year AS year, CASE WHEN s.value IS NULL THEN 'gap' WHEN s.value < l.value THEN 'warning' ELSE 'fine' END AS severity,
  r.label AS subject, s.value AS stated, l.value AS computed, l.value - s.value AS difference,
  vi_number(l.value) || ' dossiers are overdue; ' || CASE WHEN s.value IS NULL THEN 'the report does not say ' || r.label_en
    ELSE r.label_en || ': ' || vi_number(s.value) END || coalesce('. In the register: ' || n.names, '') AS explanation,
  'Có ' || vi_count(CAST(l.value AS BIGINT)) || ' hồ sơ trả quá hạn; ' || CASE WHEN s.value IS NULL THEN 'báo cáo không nêu “' || r.label || '”'
    ELSE r.label || ': ' || vi_number(s.value) END || coalesce('. Trong sổ theo dõi: ' || n.names, '') AS explanation_vi,
  l.section AS place
FROM late l CROSS JOIN required r CROSS JOIN named n
LEFT JOIN stated s ON s.indicator_code = r.code
WHERE l.value > 0
UNION ALL
SELECT 'dossiers_overdue', $for_year, 'fine', 'Hồ sơ trả quá hạn', l.value, 0.0, 0.0, 'no overdue dossiers to explain',
  'không có hồ sơ quá hạn cần giải trình', l.section
FROM late l WHERE l.value = 0
