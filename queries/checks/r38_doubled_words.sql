-- title: Câu trích không lặp từ
-- title_en: Quoted sentences do not repeat a word
-- about: R38. Hai tiếng liền nhau giống hệt nhau; từ láy thông dụng được bỏ qua.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH quotes AS (
  SELECT figure_id, section, indicator, quote, string_to_array(trim(quote), ' ') AS words
  FROM figures WHERE year = $for_year AND quote IS NOT NULL
),
placed AS (
  SELECT figure_id, section, indicator, quote, words, unnest(range(1, array_length(words))) AS at FROM quotes
),
doubled AS (
  SELECT figure_id, section, indicator, words[at] AS word,
    concat_ws(' ', words[at - 1], words[at], words[at + 1], words[at + 2]) AS phrase
  FROM placed
  WHERE lower(words[at]) = lower(regexp_replace(words[at + 1], '[.,;:!?)”"]+$', '')) AND regexp_like(words[at], '^\p{L}+$')
    AND lower(words[at]) NOT IN ('luôn', 'thường', 'dần', 'ngày', 'từng', 'đời', 'nhà', 'người', 'hằng', 'mãi', 'riêng', 'chung')
)
SELECT figure_id || '/' || word AS key, $for_year AS year, 'warning' AS severity, indicator AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'A word is repeated: “… ' || phrase || ' …”' AS explanation, 'Lặp từ: “… ' || phrase || ' …”' AS explanation_vi, section AS place
FROM doubled
UNION ALL
SELECT 'figures', $for_year, 'fine', 'Câu trích', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  count(*) || ' quotes, no word repeated', vi_number(count(*)) || ' câu trích, không lặp từ', CAST(NULL AS VARCHAR)
FROM quotes WHERE NOT EXISTS (SELECT 1 FROM doubled) HAVING count(*) > 0
