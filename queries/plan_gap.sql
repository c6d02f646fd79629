-- title: Kế hoạch năm sau: hiện trạng, mục tiêu và khoảng cách
-- about: Chỉ mục tiêu nêu trong báo cáo hoặc đã thông qua mới gọi là chỉ tiêu; số suy ra và số tính thêm gọi đúng tên của chúng. Hiện trạng lấy từ bộ targets, nếu trống thì tính từ dữ liệu năm trước.
-- about: Biên chế chưa sử dụng có hai phương án: tuyển đủ, hoặc giảm chỉ tiêu được giao. Lượt đào tạo trên 100 người là mật độ, không phải tỷ lệ người được đào tạo. Tự chủ: điểm phần trăm còn thiếu đến ngưỡng trên theo Nghị định 60/2021/NĐ-CP, điều 9, là số tính, không phải mức được giao.
-- param target_year: year = (SELECT max(target_year) FROM targets) -- năm kế hoạch
-- param on_time_goal: number = 0.98 -- tỷ lệ đúng hạn cần đạt, để tính số hồ sơ được phép quá hạn
-- column task: key -- Nhiệm vụ
-- column indicator: key -- Nội dung
-- column called: text -- Gọi là
-- column baseline: text 2 -- Hiện trạng
-- column baseline_year: text -- Năm hiện trạng
-- column target: text 2 -- Mục tiêu
-- column gap: text 2 -- Khoảng cách
-- column measure_unit: text -- Đơn vị tính
-- column origin: text -- Nguồn gốc
-- column deadline: text -- Thời hạn
-- column lead_unit: text -- Đơn vị chủ trì
-- column note: text -- Ghi chú
WITH base AS (SELECT indicator_code, value, denominator FROM queries.indicators WHERE year = CAST($target_year AS BIGINT) - 1),
one AS (
  SELECT max(value) FILTER (WHERE indicator_code = 'dossiers_total') AS dossiers,
    max(value) FILTER (WHERE indicator_code = 'dossiers_overdue') AS overdue,
    max(value) FILTER (WHERE indicator_code = 'procedures_total') AS procedures,
    max(value) FILTER (WHERE indicator_code = 'procedures_level3') AS level3,
    max(value) FILTER (WHERE indicator_code = 'procedures_level4') AS level4,
    max(value) FILTER (WHERE indicator_code = 'civil_servants_present') AS civil_present,
    max(value) FILTER (WHERE indicator_code = 'civil_servants_assigned') AS civil_assigned,
    max(value) FILTER (WHERE indicator_code = 'public_employees_present') AS public_present,
    max(value) FILTER (WHERE indicator_code = 'public_employees_assigned') AS public_assigned,
    max(value) FILTER (WHERE indicator_code = 'training_turns') AS turns
  FROM base
),
level_target AS (
  SELECT max(target) AS target FROM targets
  WHERE target_year = $target_year AND indicator_code = 'procedures_level4' AND origin IN ('stated', 'adopted')
),
levels AS (
  SELECT t.target, o.level3, o.level4, o.procedures, t.target - o.level4 AS gap, greatest(t.target - o.level4 - o.level3, 0) AS beyond
  FROM level_target t CROSS JOIN one o WHERE t.target IS NOT NULL AND o.level4 IS NOT NULL
),
allowed AS (SELECT overdue, dossiers, floor(dossiers * (1 - $on_time_goal) + 1e-9) AS allowed FROM one WHERE dossiers IS NOT NULL),
posts AS (
  SELECT 'công chức' AS kind, civil_present AS present, civil_assigned AS assigned FROM one WHERE civil_assigned > civil_present
  UNION ALL
  SELECT 'viên chức', public_present, public_assigned FROM one WHERE public_assigned > public_present
),
bounds AS (SELECT * FROM (VALUES (0.10, '3c'), (0.30, '3b'), (0.70, '3a'), (1.00, '1/2')) AS t(bound, group_code)),
rates AS (
  SELECT unit, CAST(revenue AS DOUBLE) / nullif(CAST(expenditure AS DOUBLE), 0) AS rate FROM autonomy WHERE year = CAST($target_year AS BIGINT) - 1
),
steps AS (
  SELECT r.unit, r.rate, b.bound, b.group_code,
    row_number() OVER (PARTITION BY r.unit ORDER BY b.bound) AS place_no
  FROM rates r JOIN bounds b ON b.bound > r.rate
),
rows AS (
  SELECT 1 AS part,
    CASE WHEN t.indicator_code LIKE 'procedures%' THEN 'Dịch vụ công trực tuyến' WHEN t.indicator_code LIKE 'dossiers%' THEN 'Giải quyết thủ tục hành chính'
      WHEN t.indicator_code LIKE 'civil%' OR t.indicator_code LIKE 'public%' THEN 'Tổ chức bộ máy, biên chế'
      WHEN t.indicator_code LIKE 'training%' THEN 'Đào tạo, bồi dưỡng' WHEN t.indicator_code LIKE 'units%' THEN 'Tự chủ tài chính'
      WHEN t.indicator_code LIKE 'iso%' THEN 'Hệ thống quản lý chất lượng' ELSE 'Nhiệm vụ khác' END AS task,
    indicator, CASE WHEN origin IN ('stated', 'adopted') THEN 'chỉ tiêu' ELSE 'số suy ra' END AS called,
    coalesce(t.baseline, b.value) AS baseline, CAST(CASE WHEN coalesce(t.baseline, b.value) IS NOT NULL THEN CAST($target_year AS BIGINT) - 1 END AS INT) AS baseline_year,
    target, target - coalesce(t.baseline, b.value) AS gap, measure_unit, origin, deadline, lead_unit,
    concat_ws('. ', note, CASE WHEN t.baseline IS NULL AND b.value IS NOT NULL THEN 'Hiện trạng tính từ dữ liệu' END) AS note
  FROM targets t LEFT JOIN base b ON b.indicator_code = t.indicator_code
  WHERE t.target_year = $target_year
  UNION ALL
  SELECT 2, 'Dịch vụ công trực tuyến', 'Thủ tục phải nâng lên mức độ 4', 'số tính', level4, CAST($target_year AS BIGINT) - 1, target, gap, 'TTHC', 'derived', NULL, NULL,
    'Từ ' || vi_number(level4) || ' lên ' || vi_number(target) || '/' || vi_number(procedures) || ': thêm ' || vi_number(gap) || '; trong đó ít nhất '
    || vi_number(beyond) || ' thủ tục chưa ở mức độ 3 hay 4 (mức độ 3 hiện có ' || vi_number(level3) || '). Báo cáo không ghi năm hoàn thành'
  FROM levels
  UNION ALL
  SELECT 2, 'Giải quyết thủ tục hành chính', 'Hồ sơ được phép quá hạn nếu cần đạt ' || vi_number(100 * $on_time_goal) || '% đúng hạn', 'số tính', overdue, CAST($target_year AS BIGINT) - 1,
    allowed, allowed - overdue, 'hồ sơ', 'derived', NULL, NULL, 'Tính trên ' || vi_number(dossiers) || ' hồ sơ của năm ' || (CAST($target_year AS BIGINT) - 1) || ', làm tròn xuống'
  FROM allowed
  UNION ALL
  SELECT 2, 'Tổ chức bộ máy, biên chế', 'Phương án 1, tuyển đủ ' || kind || ': số có mặt', 'phương án', present, CAST($target_year AS BIGINT) - 1, assigned, assigned - present, 'người', 'derived', NULL, NULL,
    'Tuyển thêm ' || vi_number(assigned - present) || ' người, giữ chỉ tiêu được giao ' || vi_number(assigned) FROM posts
  UNION ALL
  SELECT 2, 'Tổ chức bộ máy, biên chế', 'Phương án 2, giảm chỉ tiêu ' || kind || ': số được giao', 'phương án', assigned, CAST($target_year AS BIGINT) - 1, present, present - assigned, 'người', 'derived', NULL, NULL,
    'Giảm chỉ tiêu được giao còn ' || vi_number(present) || ' bằng số có mặt, không tuyển thêm' FROM posts
  UNION ALL
  SELECT 2, 'Đào tạo, bồi dưỡng', 'Lượt đào tạo, bồi dưỡng trên 100 công chức, viên chức', 'số tính', round(100 * turns / (civil_present + public_present), 1), CAST($target_year AS BIGINT) - 1, NULL, NULL,
    'lượt/100 người', 'derived', NULL, NULL, vi_number(turns) || ' lượt trên ' || vi_number(civil_present + public_present) || ' người có mặt; một người có thể đi nhiều lượt, nên đây không phải tỷ lệ người được đào tạo'
  FROM one WHERE turns > 0 AND civil_present + public_present > 0
  UNION ALL
  SELECT 2, 'Tự chủ tài chính', unit, 'số tính, không phải mức được giao', round(100 * rate, 2), CAST($target_year AS BIGINT) - 1, 100 * bound, round(100 * (bound - rate), 2), 'điểm phần trăm', 'derived', NULL, NULL,
    'Mức tự bảo đảm tính từ A/B là ' || vi_number(100 * rate, 2) || '%, thiếu ' || vi_number(100 * (bound - rate), 2) || ' điểm phần trăm để đến ngưỡng nhóm ' || group_code
  FROM steps WHERE place_no = 1
)
SELECT task, indicator, called, baseline, baseline_year, target, gap, measure_unit, origin, deadline, lead_unit, note
FROM rows ORDER BY task, part, indicator
