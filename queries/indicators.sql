-- title: Giá trị tính được của các chỉ tiêu
-- about: Mỗi dòng là một chỉ tiêu của một năm, tính từ các bộ dữ liệu; mã chỉ tiêu là mã dùng trong figures và targets.
-- about: Kết quả giải quyết là kết quả mà bản xuất ghi; hồ sơ để trống kết quả chỉ nằm trong dossiers_unknown. Lượt và người đào tạo đếm riêng.
-- column year: key -- Năm
-- column indicator_code: key -- Mã chỉ tiêu
-- column value: text -- Giá trị tính
-- column denominator: text -- Mẫu số tính
-- column dataset: text -- Bộ dữ liệu
-- column formula: text -- Công thức
WITH counted AS (
  SELECT year AS year, outcome, field, channel, count(*) AS n FROM dossiers GROUP BY year, outcome, field, channel
),
sums AS (
  SELECT year AS year, sum(n) AS total,
    sum(CASE WHEN outcome IN ('returned', 'withdrawn') THEN n ELSE 0 END) AS returned_withdrawn,
    sum(CASE WHEN outcome IS NULL THEN n ELSE 0 END) AS unknown,
    sum(CASE WHEN outcome IN ('early', 'on_time') THEN n ELSE 0 END) AS on_time,
    sum(CASE WHEN outcome IN ('early', 'on_time', 'overdue') THEN n ELSE 0 END) AS resolved
  FROM counted GROUP BY year
),
levels AS (
  SELECT year AS year, count(*) AS total, count(*) FILTER (WHERE online_level = '3') AS level3,
    count(*) FILTER (WHERE online_level = '4') AS level4, count(*) FILTER (WHERE online_level = 'partial') AS partial,
    count(*) FILTER (WHERE online_level = 'full') AS whole, count(*) FILTER (WHERE level_scheme = 'nd43') AS nd43,
    count(*) FILTER (WHERE level_scheme = 'nd42') AS nd42
  FROM procedures GROUP BY year
),
staff AS (
  SELECT year AS year,
    CASE staff_type WHEN 'civil_servant' THEN 'civil_servants' WHEN 'public_employee' THEN 'public_employees'
      ELSE 'labour_contracts' END AS staff_code,
    sum(assigned) AS assigned, sum(present) AS present, sum(vacant) AS vacant
  FROM staffing GROUP BY year, staff_type
),
courses AS (
  SELECT year AS year, coalesce(sum(participants) FILTER (WHERE count_unit = 'turn'), 0) AS turns,
    coalesce(sum(participants) FILTER (WHERE count_unit = 'person'), 0) AS persons
  FROM training GROUP BY year
),
units AS (
  SELECT year AS year, count(*) AS total, count(*) FILTER (WHERE group_code = '1') AS investment,
    count(*) FILTER (WHERE group_code = '2') AS recurrent, count(*) FILTER (WHERE group_code IN ('3', '3a', '3b', '3c')) AS part,
    count(*) FILTER (WHERE group_code = '4') AS state, count(*) FILTER (WHERE status = 'approved') AS approved
  FROM autonomy GROUP BY year
)
SELECT year, indicator_code, CAST(value AS DOUBLE) AS value, CAST(denominator AS DOUBLE) AS denominator, dataset, formula
FROM (
  SELECT s.year AS year, c.code AS indicator_code,
    CASE c.code WHEN 'dossiers_total' THEN CAST(s.total AS DOUBLE) WHEN 'dossiers_returned_withdrawn' THEN s.returned_withdrawn
      WHEN 'dossiers_unknown' THEN s.unknown ELSE 100.0 * s.on_time / nullif(s.resolved, 0) END AS value,
    CAST(NULL AS DOUBLE) AS denominator, 'dossiers' AS dataset, c.formula AS formula
  FROM sums s CROSS JOIN (VALUES
    ('dossiers_total', 'đếm các dòng trong sổ theo dõi hồ sơ'),
    ('dossiers_returned_withdrawn', 'đếm hồ sơ có kết quả trả lại hoặc rút'),
    ('dossiers_unknown', 'đếm hồ sơ mà bản xuất để trống kết quả'),
    ('dossiers_on_time_rate', '100 × (trước hạn + đúng hạn) / (trước hạn + đúng hạn + quá hạn)')) AS c(code, formula)
  UNION ALL
  SELECT d.year AS year, 'dossiers_' || c.code AS indicator_code,
    CAST(sum(CASE WHEN c.code = CASE c.column_name WHEN 'outcome' THEN d.outcome WHEN 'field' THEN d.field ELSE d.channel END THEN d.n ELSE 0 END) AS DOUBLE) AS value,
    NULL AS denominator, 'dossiers' AS dataset,
    CASE c.column_name WHEN 'outcome' THEN 'đếm hồ sơ có kết quả “' WHEN 'field' THEN 'đếm hồ sơ thuộc lĩnh vực “' ELSE 'đếm hồ sơ nộp theo hình thức “' END
      || c.label || '”' AS formula
  FROM counted d
  CROSS JOIN (
    SELECT column_name, code, label FROM categories
    WHERE dataset = 'dossiers' AND column_name IN ('outcome', 'field', 'channel')
  ) c
  GROUP BY d.year, c.column_name, c.code, c.label
  UNION ALL
  SELECT d.year AS year, 'dossiers_carried_in' AS indicator_code,
    CAST(count(*) FILTER (WHERE CAST(d.received_at AS DATE) < i.period_from) AS DOUBLE) AS value, NULL AS denominator, 'dossiers' AS dataset,
    'đếm hồ sơ trong sổ tiếp nhận trước ngày đầu kỳ' AS formula
  FROM dossiers d JOIN imports i ON i.dataset = 'dossiers' AND i.year = d.year
  GROUP BY d.year
  UNION ALL
  SELECT l.year AS year, c.code AS indicator_code,
    -- Hai cách phân loại không quy đổi cho nhau: danh mục không dùng cách nào thì chỉ tiêu của cách đó không tính được.
    CASE WHEN c.scheme = 'nd43' AND l.nd43 = 0 OR c.scheme = 'nd42' AND l.nd42 = 0 THEN NULL
      WHEN c.code = 'procedures_total' THEN CAST(l.total AS DOUBLE) WHEN c.code = 'procedures_level3' THEN l.level3
      WHEN c.code = 'procedures_level4' THEN l.level4 WHEN c.code = 'procedures_level3_and_4' THEN l.level3 + l.level4
      WHEN c.code = 'procedures_partial' THEN l.partial WHEN c.code = 'procedures_full' THEN l.whole
      ELSE 100.0 * l.level4 / l.total END AS value,
    CASE WHEN c.code <> 'procedures_level4_rate' THEN CAST(l.total AS DOUBLE) END AS denominator, 'procedures' AS dataset, c.formula AS formula
  FROM levels l CROSS JOIN (VALUES
    ('procedures_total', '', 'đếm thủ tục trong danh mục'),
    ('procedures_level3', 'nd43', 'đếm thủ tục mức độ 3 / tổng số thủ tục'),
    ('procedures_level4', 'nd43', 'đếm thủ tục mức độ 4 / tổng số thủ tục'),
    ('procedures_level3_and_4', 'nd43', 'đếm thủ tục mức độ 3 và mức độ 4 / tổng số thủ tục'),
    ('procedures_level4_rate', 'nd43', '100 × số thủ tục mức độ 4 / tổng số thủ tục'),
    ('procedures_partial', 'nd42', 'đếm thủ tục một phần / tổng số thủ tục'),
    ('procedures_full', 'nd42', 'đếm thủ tục toàn trình / tổng số thủ tục')) AS c(code, scheme, formula)
  UNION ALL
  SELECT s.year AS year, s.staff_code || c.code AS indicator_code,
    CAST(CASE c.code WHEN '_assigned' THEN s.assigned WHEN '_present' THEN s.present ELSE s.vacant END AS DOUBLE) AS value,
    NULL AS denominator, 'staffing' AS dataset, c.formula AS formula
  FROM staff s CROSS JOIN (VALUES
    ('_assigned', 'cộng cột được giao'), ('_present', 'cộng cột có mặt'), ('_vacant', 'cộng cột chưa sử dụng')) AS c(code, formula)
  UNION ALL
  SELECT t.year AS year, c.code AS indicator_code, CAST(CASE c.code WHEN 'training_turns' THEN t.turns ELSE t.persons END AS DOUBLE) AS value,
    NULL AS denominator, 'training' AS dataset, c.formula AS formula
  FROM courses t CROSS JOIN (VALUES
    ('training_turns', 'cộng số lượt của các khóa đếm theo lượt'),
    ('training_persons', 'cộng số người của các khóa đếm theo người')) AS c(code, formula)
  UNION ALL
  SELECT u.year AS year, c.code AS indicator_code,
    CAST(CASE c.code WHEN 'service_units' THEN u.total WHEN 'units_investment_financing' THEN u.investment WHEN 'units_self_financing' THEN u.recurrent
      WHEN 'units_part_financing' THEN u.part WHEN 'units_state_financed' THEN u.state ELSE u.approved END AS DOUBLE) AS value,
    NULL AS denominator, 'autonomy' AS dataset, c.formula AS formula
  FROM units u CROSS JOIN (VALUES
    ('service_units', 'đếm đơn vị sự nghiệp trong biểu tự chủ'),
    ('units_investment_financing', 'đếm đơn vị nhóm 1'),
    ('units_self_financing', 'đếm đơn vị nhóm 2'),
    ('units_part_financing', 'đếm đơn vị nhóm 3 (3a, 3b, 3c)'),
    ('units_state_financed', 'đếm đơn vị nhóm 4'),
    ('units_with_approved_plan', 'đếm đơn vị có phương án tự chủ đã phê duyệt')) AS c(code, formula)
  UNION ALL
  SELECT year AS year, 'plans_issued' AS indicator_code, CAST(count(*) AS DOUBLE) AS value, NULL AS denominator, 'documents' AS dataset,
    'đếm kế hoạch do Sở hoặc Giám đốc Sở ban hành trong năm' AS formula
  FROM documents
  WHERE fold(kind) = 'ke hoach' AND date_part('year', issued_on) = year
    AND (fold(issuer) LIKE 'so %' OR fold(issuer) LIKE 'giam doc so %')
  GROUP BY year
)
WHERE value IS NOT NULL
ORDER BY year, indicator_code
