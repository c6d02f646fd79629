-- title: Danh mục thủ tục theo quyết định công bố mới nhất
-- title_en: The catalogue of procedures is the latest one
-- about: R22. Quyết định công bố danh mục được dẫn cũ từ hai năm trở lên thì cần tra quyết định mới hơn.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH decisions AS (
  SELECT symbol, issued_on, CAST($for_year AS BIGINT) - CAST(date_part('year', issued_on) AS BIGINT) AS age,
    row_number() OVER (ORDER BY issued_on DESC) AS newest
  FROM documents
  WHERE year = $for_year AND issued_on IS NOT NULL AND fold(subject) LIKE '%cong bo%danh muc%'
    AND (fold(subject) LIKE '%tthc%' OR fold(subject) LIKE '%thu tuc hanh chinh%')
),
catalogue AS (SELECT value, section FROM figures WHERE year = $for_year AND indicator_code = 'procedures_total' ORDER BY figure_id LIMIT 1),
drafts AS (SELECT count(*) AS n FROM figures WHERE year = $for_year AND indicator_code = 'drafts_submitted' AND value > 0)
SELECT d.symbol AS key, $for_year AS year, CASE WHEN d.age >= 2 THEN 'warning' ELSE 'fine' END AS severity,
  'Quyết định công bố danh mục thủ tục' AS subject, c.value AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'The newest decision cited, ' || d.symbol || ', is of ' || to_char(d.issued_on, '%Y-%m-%d')
    || CASE WHEN d.age >= 2 THEN ', ' || d.age || ' years before the reporting year' || CASE WHEN r.n > 0 THEN '; the same report tells of drafts of new decisions' ELSE '' END || ': are there later ones?' ELSE '' END AS explanation,
  'Quyết định mới nhất được dẫn, số ' || d.symbol || ', ban hành ngày ' || vi_date(d.issued_on)
    || CASE WHEN d.age >= 2 THEN ', trước năm báo cáo ' || d.age || ' năm' || CASE WHEN r.n > 0 THEN '; cùng báo cáo này nêu đã tham mưu dự thảo văn bản mới' ELSE '' END || ': đã có quyết định mới hơn chưa?' ELSE '' END AS explanation_vi,
  c.section AS place
FROM decisions d LEFT JOIN catalogue c ON true CROSS JOIN drafts r
WHERE d.newest = 1
