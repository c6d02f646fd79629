-- title: Các kết quả giải quyết cộng lại bằng tổng số hồ sơ
-- title_en: The outcomes of the dossiers add up to their total
-- about: R01. So các số nêu trong báo cáo với nhau; nêu các khả năng để xem lại, không tự sửa.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH classes AS (
  SELECT 'dossiers_' || code AS indicator_code FROM categories WHERE dataset = 'dossiers' AND column_name = 'outcome'
  UNION ALL SELECT 'dossiers_returned_withdrawn'
  UNION ALL SELECT 'dossiers_waiting'
),
stated AS (
  SELECT *, row_number() OVER (PARTITION BY indicator_code ORDER BY figure_id) AS place_no
  FROM figures WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL
),
parts AS (
  SELECT sum(s.value) AS total, string_agg(vi_number(s.value), ' + ' ORDER BY s.figure_id) AS words
  FROM stated s JOIN classes c ON c.indicator_code = s.indicator_code
  WHERE s.place_no = 1
),
whole AS (SELECT section, value FROM stated WHERE indicator_code = 'dossiers_total' AND place_no = 1),
register AS (SELECT count(*) FILTER (WHERE outcome IS NULL) AS unknown FROM dossiers WHERE year = $for_year)
SELECT 'dossiers_total' AS key, $for_year AS year,
  CASE WHEN p.total = w.value THEN 'fine' ELSE 'error' END AS severity,
  'Tổng các kết quả giải quyết' AS subject,
  w.value AS stated, p.total AS computed, p.total - w.value AS difference,
  CASE WHEN p.total = w.value THEN p.words || ' = ' || vi_number(w.value) || ', the stated total'
    ELSE 'The stated outcomes are ' || p.words || ' = ' || vi_number(p.total) || ', the stated total is ' || vi_number(w.value)
      || '. Look for: a class left out (returned on time, waiting for papers, open past the due date), dossiers carried over, a typing error'
      || '. In the register ' || r.unknown || ' dossiers have no outcome' END AS explanation,
  CASE WHEN p.total = w.value THEN p.words || ' = ' || vi_number(w.value) || ', đúng bằng tổng số nêu'
    ELSE 'Các kết quả đã nêu cộng lại ' || p.words || ' = ' || vi_number(p.total) || ', trong khi tổng số nêu là ' || vi_number(w.value)
      || '. Cần xem lại: bỏ sót một loại kết quả (trả đúng hạn, chờ bổ sung, đang giải quyết quá hạn), hồ sơ chuyển kỳ, hay lỗi gõ số'
      || '. Trong sổ theo dõi có ' || r.unknown || ' hồ sơ chưa ghi kết quả' END AS explanation_vi,
  w.section AS place
FROM parts p CROSS JOIN whole w CROSS JOIN register r
WHERE p.total IS NOT NULL
