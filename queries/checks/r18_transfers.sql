-- title: Chuyển đi và tiếp nhận được nêu riêng
-- title_en: Transfers out and in are stated apart
-- about: R18. Một số gộp “thuyên chuyển và tiếp nhận” không cho biết ai đi, ai đến.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH stated AS (SELECT * FROM figures WHERE year = $for_year AND value IS NOT NULL)
SELECT figure_id AS key, $for_year AS year, 'warning' AS severity, indicator AS subject, value AS stated,
  CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'One number, ' || vi_number(value) || ', for transfers out and in: one came, one left, or one of each?' AS explanation,
  'Một số ' || vi_number(value) || ' cho cả thuyên chuyển và tiếp nhận: người đến, người đi, hay mỗi bên một người?' AS explanation_vi,
  section AS place
FROM stated WHERE indicator_code = 'staff_transfers'
UNION ALL
SELECT 'staff_transfers', $for_year, 'fine', 'Chuyển đi và tiếp nhận', CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  'out ' || vi_number(o.value) || ', in ' || vi_number(i.value), 'chuyển đi ' || vi_number(o.value) || ', tiếp nhận ' || vi_number(i.value), i.section
FROM stated i JOIN stated o ON i.indicator_code = 'staff_transfers_in' AND o.indicator_code = 'staff_transfers_out'
