-- title: Trong một sổ văn bản, số lớn hơn thì ngày không sớm hơn
-- title_en: Within a register of documents a higher number is not of an earlier date
-- about: R30. Sổ là cơ quan ban hành, năm và phần ký hiệu sau số. Thứ tự liệt kê trong báo cáo chỉ là lưu ý.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH own AS (
  SELECT symbol, issued_on, subject, _row AS line, CAST(split_part(symbol, '/', 1) AS BIGINT) AS number,
    fold(regexp_replace(issuer, '^Giám đốc ', '')) || ' ' || date_part('year', issued_on) AS register
  FROM source.documents
  WHERE year = $for_year AND issued_on IS NOT NULL AND regexp_like(symbol, '^[0-9]+/')
    AND (fold(issuer) LIKE 'so %' OR fold(issuer) LIKE 'giam doc so %')
),
ordered AS (
  SELECT *, lag(symbol) OVER w AS before, lag(issued_on) OVER w AS before_on, lag(line) OVER w AS before_line
  FROM own WINDOW w AS (PARTITION BY register ORDER BY number)
)
SELECT symbol AS key, $for_year AS year, CASE WHEN issued_on < before_on THEN 'warning' ELSE 'note' END AS severity, subject,
  CAST(NULL AS DOUBLE) AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  CASE WHEN issued_on < before_on THEN symbol || ' of ' || to_char(issued_on, '%Y-%m-%d') || ' has a higher number than ' || before || ' of ' || to_char(before_on, '%Y-%m-%d')
    ELSE symbol || ' is listed before ' || before || ', whose number is lower' END AS explanation,
  CASE WHEN issued_on < before_on THEN 'Số ' || symbol || ' ngày ' || vi_date(issued_on) || ' lớn hơn số ' || before || ' nhưng ngày lại sớm hơn (' || vi_date(before_on) || ')'
    ELSE 'Số ' || symbol || ' được liệt kê trước số ' || before || ' là số nhỏ hơn' END AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM ordered WHERE issued_on < before_on OR line < before_line
UNION ALL
SELECT 'documents', $for_year, 'fine', 'Số và ngày văn bản', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  count(*) || ' documents of the department, numbers and dates rise together', vi_count(count(*)) || ' văn bản của Sở, số và ngày cùng tăng', CAST(NULL AS VARCHAR)
FROM ordered HAVING count(*) > 0 AND count(*) FILTER (WHERE issued_on < before_on) = 0
