-- title: Mỗi số liệu nêu một loại kết quả
-- title_en: Each figure states one class of outcome
-- about: R06. Trả lại là do cơ quan, rút là do người nộp; gộp lại thì không biết trách nhiệm thuộc ai.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH classes AS (SELECT code, label FROM categories WHERE dataset = 'dossiers' AND column_name = 'outcome'),
merged AS (
  SELECT 'dossiers_' || a.code || '_' || b.code AS indicator_code, a.label AS first, b.label AS second, a.code AS a, b.code AS b
  FROM classes a CROSS JOIN classes b WHERE a.code <> b.code
    -- “in_progress_overdue” là một loại kết quả, không phải hai loại gộp lại.
    AND a.code || '_' || b.code NOT IN (SELECT code FROM classes)
),
stated AS (SELECT * FROM figures WHERE year = $for_year AND kind = 'count' AND value IS NOT NULL),
register AS (SELECT outcome, count(*) AS n FROM dossiers WHERE year = $for_year AND outcome IS NOT NULL GROUP BY outcome)
SELECT s.figure_id AS key, $for_year AS year, 'warning' AS severity, s.indicator AS subject,
  s.value AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'One number, ' || vi_number(s.value) || ', stands for “' || m.first || '” and “' || m.second || '”; the register has '
    || coalesce(x.n, 0) || ' and ' || coalesce(y.n, 0) AS explanation,
  'Một số ' || vi_number(s.value) || ' gộp cả “' || m.first || '” và “' || m.second || '”; sổ theo dõi ghi riêng '
    || vi_count(coalesce(x.n, 0)) || ' và ' || vi_count(coalesce(y.n, 0)) || ' hồ sơ' AS explanation_vi,
  s.section AS place
FROM stated s JOIN merged m ON m.indicator_code = s.indicator_code
LEFT JOIN register x ON x.outcome = m.a
LEFT JOIN register y ON y.outcome = m.b
UNION ALL
SELECT 'dossiers', $for_year, 'fine', 'Các loại kết quả giải quyết', CAST(count(*) AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  count(*) || ' figures state one class each', vi_count(count(*)) || ' số liệu, mỗi số một loại kết quả', min(s.section)
FROM stated s JOIN classes c ON s.indicator_code = 'dossiers_' || c.code
WHERE NOT EXISTS (SELECT 1 FROM stated t JOIN merged m ON m.indicator_code = t.indicator_code)
HAVING count(*) > 0
