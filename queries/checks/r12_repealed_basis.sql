-- title: Căn cứ pháp lý được dẫn còn hiệu lực
-- title_en: Cited legal bases are in force
-- about: R12. Danh sách dưới đây sửa được; nguồn: Nghị định 60/2021/NĐ-CP, điều 41 khoản 2. Văn bản chỉ biết qua trí nhớ thì là lưu ý. Kiểm tra lại với Sở Tư pháp.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH repealed AS (
  SELECT * FROM (VALUES
    ('16/2015/NĐ-CP', DATE '2021-08-15', '60/2021/NĐ-CP', true),
    ('54/2016/NĐ-CP', DATE '2021-08-15', '60/2021/NĐ-CP', true),
    ('115/2005/NĐ-CP', DATE '2021-08-15', '54/2016/NĐ-CP', false),
    ('96/2010/NĐ-CP', DATE '2021-08-15', '54/2016/NĐ-CP', false)
  ) AS t(symbol, repealed_on, replaced_by, is_sourced)
),
cited AS (
  SELECT d.symbol, d.subject, i.as_of FROM documents d JOIN imports i ON i.dataset = 'documents' AND i.year = d.year
  WHERE d.year = $for_year
)
SELECT c.symbol AS key, $for_year AS year, CASE WHEN r.is_sourced THEN 'warning' ELSE 'note' END AS severity,
  c.symbol AS subject, CAST(NULL AS DOUBLE) AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  CASE WHEN r.is_sourced THEN 'No longer in force since ' || to_char(r.repealed_on, '%Y-%m-%d') || ': replaced by ' || r.replaced_by
    ELSE 'Probably replaced by ' || r.replaced_by || ' before this report; look it up' END AS explanation,
  CASE WHEN r.is_sourced THEN 'Hết hiệu lực từ ngày ' || vi_date(r.repealed_on) || ', được thay bằng ' || r.replaced_by
    ELSE 'Có thể đã được thay bằng ' || r.replaced_by || ' trước thời điểm báo cáo; cần tra lại' END || '. Kiểm tra lại với Sở Tư pháp' AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM cited c JOIN repealed r ON r.symbol = c.symbol AND r.repealed_on <= c.as_of
UNION ALL
SELECT 'documents', $for_year, 'fine', 'Căn cứ pháp lý', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  'none of ' || count(*) || ' documents is on the list of repealed ones', vi_number(count(*)) || ' văn bản được dẫn, không văn bản nào có trong danh sách đã hết hiệu lực', CAST(NULL AS VARCHAR)
FROM cited WHERE NOT EXISTS (SELECT 1 FROM cited x JOIN repealed r ON r.symbol = x.symbol AND r.repealed_on <= x.as_of)
HAVING count(*) > 0
