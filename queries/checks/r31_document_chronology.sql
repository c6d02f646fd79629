-- title: Kế hoạch cấp dưới ban hành sau văn bản mà nó triển khai
-- title_en: A plan is issued after the document that it implements
-- about: R31. Cột implements của bộ documents ghi văn bản cấp trên được triển khai.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH pairs AS (
  SELECT d.symbol, d.subject, d.issued_on, u.symbol AS upper, u.issued_on AS upper_on,
    CAST(date_part('epoch', CAST(d.issued_on AS TIMESTAMP) - CAST(u.issued_on AS TIMESTAMP)) / 86400 AS BIGINT) AS days
  FROM documents d JOIN documents u ON u.symbol = d.implements
  WHERE d.year = $for_year AND d.issued_on IS NOT NULL AND u.issued_on IS NOT NULL
)
SELECT symbol AS key, $for_year AS year, CASE WHEN days < 0 THEN 'warning' ELSE 'fine' END AS severity, subject,
  CAST(NULL AS DOUBLE) AS stated, CAST(days AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  symbol || ' (' || to_char(issued_on, '%Y-%m-%d') || CASE WHEN days < 0 THEN ') is older than ' || upper || ', which it implements (' || to_char(upper_on, '%Y-%m-%d') || ')'
    ELSE ') follows ' || upper || ' after ' || days || ' days' END AS explanation,
  'Số ' || symbol || ' (' || vi_date(issued_on) || CASE WHEN days < 0 THEN ') ban hành trước số ' || upper || ' mà nó triển khai (' || vi_date(upper_on) || ')'
    ELSE ') ban hành sau số ' || upper || ' ' || days || ' ngày' END AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM pairs
