-- title: Ký hiệu văn bản khớp với loại văn bản
-- title_en: A document’s symbol matches its kind
-- about: R29. Kế hoạch ghi “số/KH-…”; “số/SKHCN-VP” là ký hiệu công văn. Quy định tại Nghị định 30/2020/NĐ-CP chưa có văn bản nguồn kèm theo nên chỉ là lưu ý.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH forms AS (
  SELECT * FROM (VALUES ('ke hoach', 'KH'), ('quyet dinh', 'QĐ'), ('nghi dinh', 'NĐ'), ('chi thi', 'CT'), ('bao cao', 'BC'),
    ('nghi quyet', 'NQ'), ('thong tu', 'TT'), ('thong bao', 'TB')) AS t(kind, abbreviation)
),
judged AS (
  SELECT d.symbol, d.kind, f.abbreviation, d.subject,
    regexp_like(d.symbol, '(^|[/-])' || f.abbreviation || '(-|$)') AS is_usual
  FROM documents d JOIN forms f ON f.kind = fold(d.kind) WHERE d.year = $for_year
)
SELECT symbol AS key, $for_year AS year, 'note' AS severity, subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'A document of kind “' || kind || '” is usually numbered …/' || abbreviation || '-…' AS explanation,
  'Văn bản loại “' || kind || '” thường ghi ký hiệu …/' || abbreviation || '-…' AS explanation_vi, CAST(NULL AS VARCHAR) AS place
FROM judged WHERE NOT is_usual
UNION ALL
SELECT 'documents', $for_year, 'fine', 'Ký hiệu văn bản', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  count(*) FILTER (WHERE is_usual) || ' of ' || count(*) || ' symbols match their kind',
  count(*) FILTER (WHERE is_usual) || '/' || count(*) || ' ký hiệu khớp với loại văn bản', CAST(NULL AS VARCHAR)
FROM judged HAVING count(*) FILTER (WHERE is_usual) > 0
