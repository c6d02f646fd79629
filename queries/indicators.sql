-- title: Giá trị tính được của các chỉ tiêu
-- about: Mỗi dòng là một chỉ tiêu của một năm, tính từ các bộ dữ liệu; mã chỉ tiêu là mã dùng trong figures và targets.
-- about: Kết quả giải quyết là kết quả mà bản xuất ghi; hồ sơ để trống kết quả chỉ nằm trong dossiers_unknown. Lượt và người đào tạo đếm riêng.
-- column year: key -- Năm
-- column indicator_code: key -- Mã chỉ tiêu
-- column value: text -- Giá trị tính
-- column denominator: text -- Mẫu số tính
-- column dataset: text -- Bộ dữ liệu
-- column formula: text -- Công thức
WITH procedure_levels AS (
  SELECT year, online_level, count(*) AS n, sum(count(*)) OVER (PARTITION BY year) AS total
  FROM procedures GROUP BY year, online_level
),
levels AS (
  SELECT year, max(total) AS total,
    sum(CASE WHEN online_level = '3' THEN n ELSE 0 END) AS level3,
    sum(CASE WHEN online_level = '4' THEN n ELSE 0 END) AS level4
  FROM procedure_levels GROUP BY year
),
dossier_sums AS (
  SELECT d.year, count(*) AS total,
    count(*) FILTER (WHERE d.outcome IN ('returned', 'withdrawn')) AS returned_withdrawn,
    count(*) FILTER (WHERE d.outcome IS NULL) AS unknown,
    count(*) FILTER (WHERE d.outcome IN ('early', 'on_time')) AS on_time,
    count(*) FILTER (WHERE d.outcome IN ('early', 'on_time', 'overdue')) AS resolved
  FROM dossiers d GROUP BY d.year
),
staff AS (
  SELECT year,
    CASE staff_type WHEN 'civil_servant' THEN 'civil_servants' WHEN 'public_employee' THEN 'public_employees'
      ELSE 'labour_contracts' END AS code,
    sum(assigned) AS assigned, sum(present) AS present, sum(vacant) AS vacant
  FROM staffing GROUP BY year, staff_type
),
units AS (
  SELECT year, count(*) AS total,
    count(*) FILTER (WHERE group_code = '1') AS investment,
    count(*) FILTER (WHERE group_code = '2') AS recurrent,
    count(*) FILTER (WHERE group_code IN ('3', '3a', '3b', '3c')) AS part,
    count(*) FILTER (WHERE group_code = '4') AS state
  FROM autonomy GROUP BY year
),
plans AS (
  SELECT year, count(*) AS n FROM documents
  WHERE fold(kind) = 'ke hoach' AND date_part('year', issued_on) = year
    AND (fold(issuer) LIKE 'so %' OR fold(issuer) LIKE 'giam doc so %')
  GROUP BY year
)
SELECT year, indicator_code, CAST(value AS DOUBLE) AS value, CAST(denominator AS DOUBLE) AS denominator, dataset, formula
FROM (
  SELECT year, 'dossiers_total' AS indicator_code, total AS value, NULL AS denominator, 'dossiers' AS dataset,
    'đếm các dòng trong sổ theo dõi hồ sơ' AS formula FROM dossier_sums
  UNION ALL
  SELECT year, 'dossiers_returned_withdrawn', returned_withdrawn, NULL, 'dossiers',
    'đếm hồ sơ có kết quả trả lại hoặc rút' FROM dossier_sums
  UNION ALL
  SELECT year, 'dossiers_unknown', unknown, NULL, 'dossiers', 'đếm hồ sơ mà bản xuất để trống kết quả' FROM dossier_sums
  UNION ALL
  SELECT year, 'dossiers_on_time_rate', 100.0 * on_time / nullif(resolved, 0), NULL, 'dossiers',
    '100 × (trước hạn + đúng hạn) / (trước hạn + đúng hạn + quá hạn)' FROM dossier_sums
  UNION ALL
  SELECT d.year, 'dossiers_' || c.code, sum(CASE WHEN d.outcome = c.code THEN d.n ELSE 0 END), NULL, 'dossiers',
    'đếm hồ sơ có kết quả “' || c.label || '”'
  FROM (SELECT year, outcome, count(*) AS n FROM dossiers GROUP BY year, outcome) d
  CROSS JOIN (SELECT code, label FROM categories WHERE dataset = 'dossiers' AND column_name = 'outcome') c
  GROUP BY d.year, c.code, c.label
  UNION ALL
  SELECT d.year, 'dossiers_' || c.code, sum(CASE WHEN d.field = c.code THEN d.n ELSE 0 END), NULL, 'dossiers',
    'đếm hồ sơ thuộc lĩnh vực “' || c.label || '”'
  FROM (SELECT year, field, count(*) AS n FROM dossiers GROUP BY year, field) d
  CROSS JOIN (SELECT code, label FROM categories WHERE dataset = 'dossiers' AND column_name = 'field') c
  GROUP BY d.year, c.code, c.label
  UNION ALL
  SELECT d.year, 'dossiers_' || c.code, sum(CASE WHEN d.channel = c.code THEN d.n ELSE 0 END), NULL, 'dossiers',
    'đếm hồ sơ nộp theo hình thức “' || c.label || '”'
  FROM (SELECT year, channel, count(*) AS n FROM dossiers GROUP BY year, channel) d
  CROSS JOIN (SELECT code, label FROM categories WHERE dataset = 'dossiers' AND column_name = 'channel') c
  GROUP BY d.year, c.code, c.label
  UNION ALL
  SELECT d.year, 'dossiers_carried_in', count(*) FILTER (WHERE CAST(d.received_at AS DATE) < i.period_from), NULL, 'dossiers',
    'đếm hồ sơ trong sổ tiếp nhận trước ngày đầu kỳ'
  FROM dossiers d JOIN imports i ON i.dataset = 'dossiers' AND i.year = d.year
  GROUP BY d.year
  UNION ALL
  SELECT year, 'procedures_total', total, total, 'procedures', 'đếm thủ tục trong danh mục' FROM levels
  UNION ALL
  SELECT year, 'procedures_level3', level3, total, 'procedures', 'đếm thủ tục mức độ 3 / tổng số thủ tục' FROM levels
  UNION ALL
  SELECT year, 'procedures_level4', level4, total, 'procedures', 'đếm thủ tục mức độ 4 / tổng số thủ tục' FROM levels
  UNION ALL
  SELECT year, 'procedures_level3_and_4', level3 + level4, total, 'procedures',
    'đếm thủ tục mức độ 3 và mức độ 4 / tổng số thủ tục' FROM levels
  UNION ALL
  SELECT year, 'procedures_level4_rate', 100.0 * level4 / total, NULL, 'procedures',
    '100 × số thủ tục mức độ 4 / tổng số thủ tục' FROM levels
  UNION ALL
  SELECT year, code || '_assigned', assigned, NULL, 'staffing', 'cộng cột được giao' FROM staff
  UNION ALL
  SELECT year, code || '_present', present, NULL, 'staffing', 'cộng cột có mặt' FROM staff
  UNION ALL
  SELECT year, code || '_vacant', vacant, NULL, 'staffing', 'cộng cột chưa sử dụng' FROM staff
  UNION ALL
  SELECT year, 'training_turns', coalesce(sum(participants) FILTER (WHERE count_unit = 'turn'), 0), NULL, 'training',
    'cộng số lượt của các khóa đếm theo lượt' FROM training GROUP BY year
  UNION ALL
  SELECT year, 'training_persons', coalesce(sum(participants) FILTER (WHERE count_unit = 'person'), 0), NULL, 'training',
    'cộng số người của các khóa đếm theo người' FROM training GROUP BY year
  UNION ALL
  SELECT year, 'service_units', total, NULL, 'autonomy', 'đếm đơn vị sự nghiệp trong biểu tự chủ' FROM units
  UNION ALL
  SELECT year, 'units_investment_financing', investment, NULL, 'autonomy', 'đếm đơn vị nhóm 1' FROM units
  UNION ALL
  SELECT year, 'units_self_financing', recurrent, NULL, 'autonomy', 'đếm đơn vị nhóm 2' FROM units
  UNION ALL
  SELECT year, 'units_part_financing', part, NULL, 'autonomy', 'đếm đơn vị nhóm 3 (3a, 3b, 3c)' FROM units
  UNION ALL
  SELECT year, 'units_state_financed', state, NULL, 'autonomy', 'đếm đơn vị nhóm 4' FROM units
  UNION ALL
  SELECT year, 'units_with_approved_plan', count(*) FILTER (WHERE status = 'approved'), NULL, 'autonomy',
    'đếm đơn vị có phương án tự chủ đã phê duyệt' FROM autonomy GROUP BY year
  UNION ALL
  SELECT year, 'plans_issued', n, NULL, 'documents',
    'đếm kế hoạch do Sở hoặc Giám đốc Sở ban hành trong năm' FROM plans
)
ORDER BY year, indicator_code
