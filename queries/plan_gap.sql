-- title: Chỉ tiêu kế hoạch và khoảng cách so với hiện trạng
-- about: Khoảng cách = mục tiêu - hiện trạng. Chỉ tiêu chưa có số thì để trống; nguồn gốc cho biết số nêu trong báo cáo hay suy ra.
-- param for_year: year = (SELECT max(target_year) FROM targets) -- năm mục tiêu
-- column indicator: key -- Chỉ tiêu
-- column baseline: text -- Hiện trạng
-- column target: text -- Mục tiêu
-- column gap: text -- Khoảng cách
-- column measure_unit: text -- Đơn vị tính
-- column origin: text -- Nguồn gốc
-- column note: text -- Ghi chú
SELECT indicator, baseline, target, target - baseline AS gap, measure_unit, origin, note
FROM targets
WHERE target_year = $for_year
ORDER BY indicator_code
