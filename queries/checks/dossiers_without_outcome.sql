-- title: Hồ sơ quá ngày hẹn trả đều có kết quả
-- title_en: Dossiers past their due date have an outcome
-- about: Hồ sơ mà bản xuất để trống kết quả và ngày trả, có ngày hẹn trả trước ngày chốt số liệu; số ngày làm việc tính đến ngày chốt.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH closing AS (SELECT year, as_of FROM imports WHERE dataset = 'dossiers' AND year = $for_year),
empty AS (
  SELECT d.dossier_code, d.procedure_name, CAST(d.due_at AS DATE) AS due_on, d._file AS file, d._sheet AS sheet, d._row AS line, c.as_of,
    working_days(CAST(d.due_at AS DATE), c.as_of) AS days
  FROM source.dossiers d JOIN closing c ON c.year = d.year
  WHERE d.year = $for_year AND d.outcome IS NULL AND d.completed_at IS NULL AND CAST(d.due_at AS DATE) < c.as_of
)
SELECT dossier_code AS key, $for_year AS year, 'warning' AS severity, coalesce(procedure_name, dossier_code) AS subject,
  CAST(NULL AS DOUBLE) AS stated, CAST(days AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  'No outcome and no date of completion, due ' || to_char(due_on, '%Y-%m-%d') || ', ' || days || ' working days before ' || to_char(as_of, '%Y-%m-%d')
    || ' (' || file || coalesce(', sheet ' || sheet, '') || ', row ' || line || ')' AS explanation,
  'Không có kết quả và ngày trả; hẹn trả ngày ' || vi_date(due_on) || ', quá ' || days || ' ngày làm việc tính đến ngày ' || vi_date(as_of)
    || ' (' || file || coalesce(', trang ' || sheet, '') || ', dòng ' || line || ')' AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM empty
UNION ALL
SELECT 'dossiers', $for_year, 'fine', 'Kết quả giải quyết', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  count(*) || ' dossiers, each past its due date has an outcome', vi_number(count(*)) || ' hồ sơ, hồ sơ nào quá ngày hẹn trả cũng có kết quả', CAST(NULL AS VARCHAR)
FROM dossiers WHERE year = $for_year AND NOT EXISTS (SELECT 1 FROM empty) HAVING count(*) > 0
