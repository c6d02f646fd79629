-- title: Câu trích không lặp từ
-- title_en: Quoted sentences do not repeat a word
-- about: R38. Hai tiếng liền nhau giống hệt nhau; từ láy thông dụng được bỏ qua.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH quotes AS (
  SELECT figure_id, section, indicator, quote, string_to_array(trim(quote), ' ') AS words
  FROM figures WHERE year = $for_year AND quote IS NOT NULL
),
placed AS (
  SELECT figure_id, section, indicator, quote, words, unnest(range(1, array_length(words))) AS word_no FROM quotes
),
doubled AS (
  SELECT figure_id, section, indicator, words[word_no] AS word,
    concat_ws(' ', words[word_no - 1], words[word_no], words[word_no + 1], words[word_no + 2]) AS phrase
  FROM placed
  WHERE lower(words[word_no]) = lower(regexp_replace(words[word_no + 1], '[.,;:!?)”"]+$', '')) AND regexp_like(words[word_no], '^\p{L}+$')
    AND lower(words[word_no]) NOT IN ('luôn', 'thường', 'dần', 'ngày', 'từng', 'đời', 'nhà', 'người', 'hằng', 'mãi', 'riêng', 'chung')
)
SELECT figure_id || '/' || word AS key, $for_year AS year, 'warning' AS severity, indicator AS subject, CAST(NULL AS DOUBLE) AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'A word is repeated: “… ' || phrase || ' …”' AS explanation, 'Lặp từ: “… ' || phrase || ' …”' AS explanation_vi, section AS place
FROM doubled
UNION ALL
SELECT 'figures', $for_year, 'fine', 'Câu trích', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  count(*) || ' quotes, no word repeated', vi_number(count(*)) || ' câu trích, không lặp từ', CAST(NULL AS VARCHAR)
FROM quotes WHERE NOT EXISTS (SELECT 1 FROM doubled) HAVING count(*) > 0
