-- title: Tỷ số nói lên điều gì đó
-- title_en: A ratio says something
-- about: R23. Tử số bằng mẫu số mà cùng mục không có tỷ lệ 100 % nào giải thích thì không biết là bao nhiêu của cái gì.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH ratios AS (SELECT * FROM figures WHERE year = $for_year AND kind = 'ratio' AND value IS NOT NULL AND denominator IS NOT NULL),
explained AS (
  SELECT DISTINCT section, split_part(indicator_code, '_', 1) AS topic FROM figures
  WHERE year = $for_year AND kind = 'rate' AND value = 100
),
vacuous AS (
  SELECT r.* FROM ratios r
  LEFT JOIN explained e ON e.section = r.section AND e.topic = split_part(r.indicator_code, '_', 1)
  WHERE r.value = r.denominator AND e.section IS NULL
)
SELECT figure_id AS key, $for_year AS year, 'warning' AS severity, indicator AS subject, value AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  vi_number(value) || '/' || vi_number(denominator) || ' does not say what the ' || vi_number(value) || ' are out of ' || vi_number(denominator) AS explanation,
  '“' || vi_number(value) || '/' || vi_number(denominator) || '” không cho biết ' || vi_number(value) || ' thủ tục hay đơn vị nào trên tổng số nào' AS explanation_vi,
  section AS place
FROM vacuous
UNION ALL
SELECT 'ratios', $for_year, 'fine', 'Các tỷ số', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  count(*) || ' ratios, each says what it is out of', vi_count(count(*)) || ' tỷ số, đều rõ tử số và mẫu số', CAST(NULL AS VARCHAR)
FROM ratios WHERE NOT EXISTS (SELECT 1 FROM vacuous) HAVING count(*) > 0
