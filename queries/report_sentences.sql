-- title: Các câu số liệu của báo cáo, viết từ dữ liệu
-- about: Mục II.2, II.4 và II.5.3 theo lời văn của báo cáo, với số lấy từ các bộ dữ liệu của năm. Tổng số là số tiếp nhận; hồ sơ chưa rõ kết quả được nêu riêng để các số cộng lại bằng tổng.
-- param for_year: year = (SELECT max(year) FROM dossiers) -- năm báo cáo
-- column section: key -- Mục
-- column position: key -- Thứ tự
-- column sentence: text -- Câu
-- column as_of: text -- Số liệu tính đến ngày
-- column evidence: text -- Căn cứ
WITH fields AS (
  SELECT string_agg(vi_count(n) || ' hồ sơ thuộc lĩnh vực ' || lower(label), ', ' ORDER BY position) AS words
  FROM (
    SELECT c.label, c.position, count(*) AS n FROM dossiers d
    JOIN categories c ON c.dataset = 'dossiers' AND c.column_name = 'field' AND c.code = d.field
    WHERE d.year = $for_year GROUP BY c.label, c.position
  )
),
outcomes AS (
  SELECT count(*) AS total,
    count(*) FILTER (WHERE outcome = 'early') AS early, count(*) FILTER (WHERE outcome = 'on_time') AS on_time,
    count(*) FILTER (WHERE outcome = 'overdue') AS overdue, count(*) FILTER (WHERE outcome = 'returned') AS returned,
    count(*) FILTER (WHERE outcome = 'withdrawn') AS withdrawn, count(*) FILTER (WHERE outcome = 'in_progress') AS in_progress,
    count(*) FILTER (WHERE outcome = 'in_progress_overdue') AS in_progress_overdue, count(*) FILTER (WHERE outcome IS NULL) AS unknown
  FROM dossiers WHERE year = $for_year HAVING count(*) > 0
),
levels AS (
  SELECT count(*) AS total, count(*) FILTER (WHERE online_level = '3') AS level3, count(*) FILTER (WHERE online_level = '4') AS level4,
    count(*) FILTER (WHERE online_level = 'partial') AS part, count(*) FILTER (WHERE online_level = 'full') AS whole
  FROM procedures WHERE year = $for_year HAVING count(*) > 0
),
staff AS (
  SELECT staff_type, sum(assigned) AS assigned, sum(present) AS present, sum(vacant) AS vacant FROM staffing
  WHERE year = $for_year GROUP BY staff_type
),
training_sums AS (
  SELECT sum(participants) FILTER (WHERE count_unit = 'turn') AS turns, sum(participants) FILTER (WHERE count_unit = 'person') AS persons
  FROM training WHERE year = $for_year HAVING count(*) > 0
),
units AS (
  SELECT CASE WHEN group_code = '1' THEN 1 WHEN group_code = '2' THEN 2 WHEN group_code IN ('3', '3a', '3b', '3c') THEN 3
      WHEN group_code = '4' THEN 4 ELSE 5 END AS rank, unit
  FROM autonomy WHERE year = $for_year
),
groups AS (
  SELECT rank, count(*) AS n, string_agg(unit, '; ' ORDER BY unit) AS names FROM units GROUP BY rank
),
autonomy_words AS (
  SELECT sum(n) AS total, string_agg(vi_count(n) || CASE rank
      WHEN 1 THEN ' đơn vị sự nghiệp tự chủ chi thường xuyên và chi đầu tư' WHEN 2 THEN ' đơn vị sự nghiệp tự chủ chi thường xuyên'
      WHEN 3 THEN ' đơn vị sự nghiệp tự chủ một phần chi thường xuyên' WHEN 4 THEN ' đơn vị sự nghiệp do Nhà nước bảo đảm chi thường xuyên'
      ELSE ' đơn vị chưa xác định nhóm tự chủ' END || ' (' || names || ')', ', ' ORDER BY rank) AS words
  FROM groups HAVING count(*) > 0
),
sentences AS (
  SELECT 'II.2' AS section, 1 AS position, 'procedures' AS dataset,
    'Sở Khoa học và Công nghệ thực hiện ' ||
    array_to_string(array_remove_all(make_array(
      CASE WHEN level3 > 0 THEN 'dịch vụ công mức độ 3 cho ' || level3 || '/' || total || ' TTHC' ELSE '' END,
      CASE WHEN level4 > 0 THEN 'dịch vụ công mức độ 4 cho ' || level4 || '/' || total || ' TTHC' ELSE '' END,
      CASE WHEN part > 0 THEN 'dịch vụ công một phần cho ' || part || '/' || total || ' TTHC' ELSE '' END,
      CASE WHEN whole > 0 THEN 'dịch vụ công toàn trình cho ' || whole || '/' || total || ' TTHC' ELSE '' END), ''), ', ')
    || ' thuộc thẩm quyền giải quyết của Sở trên cổng dịch vụ công của tỉnh.' AS sentence
  FROM levels WHERE level3 + level4 + part + whole > 0
  UNION ALL
  SELECT 'II.2', 2, 'dossiers',
    'Kết quả tiếp nhận, giải quyết TTHC năm ' || $for_year || ': Tổng số hồ sơ tiếp nhận: ' || vi_count(o.total) || ' hồ sơ; trong đó: ' || f.words
    || '. Trả trước hạn: ' || vi_count(o.early) || ' hồ sơ; trả đúng hạn: ' || vi_count(o.on_time) || ' hồ sơ; trả quá hạn: ' || vi_count(o.overdue)
    || ' hồ sơ; trả lại hồ sơ: ' || vi_count(o.returned) || ' hồ sơ; rút hồ sơ: ' || vi_count(o.withdrawn)
    || ' hồ sơ; số hồ sơ trong hạn tại thời điểm báo cáo: ' || vi_count(o.in_progress) || ' hồ sơ; số hồ sơ đang giải quyết quá hạn: '
    || vi_count(o.in_progress_overdue) || ' hồ sơ'
    || CASE WHEN o.unknown > 0 THEN '; chưa rõ kết quả giải quyết: ' || vi_count(o.unknown) || ' hồ sơ' ELSE '' END || '.'
  FROM outcomes o CROSS JOIN fields f
  UNION ALL
  SELECT 'II.4', 1, 'staffing',
    'Số biên chế công chức có mặt tại thời điểm báo cáo là ' || vi_count(present) || ' người; số biên chế công chức chưa sử dụng là ' || vi_count(vacant)
    || ' người (được giao ' || vi_count(assigned) || ' người).'
  FROM staff WHERE staff_type = 'civil_servant'
  UNION ALL
  SELECT 'II.4', 2, 'staffing',
    'Số biên chế viên chức có mặt tại thời điểm báo cáo là ' || vi_count(present) || ' người; số biên chế viên chức chưa sử dụng là ' || vi_count(vacant)
    || ' người (được giao ' || vi_count(assigned) || ' người).'
  FROM staff WHERE staff_type = 'public_employee'
  UNION ALL
  SELECT 'II.4', 3, 'staffing', 'Số lao động hợp đồng có mặt tại thời điểm báo cáo là ' || vi_count(present) || ' người.'
  FROM staff WHERE staff_type = 'labour_contract'
  UNION ALL
  SELECT 'II.4', 4, 'training',
    'Năm ' || $for_year || ', Sở Khoa học và Công nghệ cử '
    || array_to_string(array_remove_all(make_array(coalesce(vi_count(turns) || ' lượt công chức, viên chức', ''),
      coalesce(vi_count(persons) || CASE WHEN turns IS NULL THEN ' công chức, viên chức' ELSE ' người (đếm riêng, không cộng với số lượt)' END, '')), ''), ' và ')
    || ' tham gia các lớp đào tạo, bồi dưỡng.'
  FROM training_sums WHERE turns IS NOT NULL OR persons IS NOT NULL
  UNION ALL
  SELECT 'II.5.3', 1, 'autonomy',
    'Hiện nay, Sở có ' || vi_count(CAST(total AS BIGINT)) || ' đơn vị sự nghiệp, theo cơ chế tự chủ gồm ' || words || '.'
  FROM autonomy_words
)
SELECT s.section, s.position, s.sentence, i.as_of, s.dataset || ' ' || $for_year || ': ' || i.files AS evidence
FROM sentences s LEFT JOIN imports i ON i.dataset = s.dataset AND i.year = $for_year
ORDER BY s.section, s.position
