-- title: Số liệu nêu trong báo cáo cải cách hành chính
-- about: Số liệu đúng như báo cáo in, kèm câu trích nguyên văn; "trên 35" giữ từ định tính, tỷ số giữ cả mẫu số.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
-- param section: text? -- mục của báo cáo; bỏ trống là mọi mục
-- column figure_id: key -- Mã
-- column section: key -- Mục
-- column indicator: text -- Chỉ tiêu
-- column qualifier: text -- Định tính
-- column value: text -- Số liệu
-- column denominator: text -- Mẫu số
-- column measure_unit: text -- Đơn vị tính
-- column kind: text -- Loại số liệu
-- column quote: text -- Trích nguyên văn
SELECT figure_id, section, indicator, qualifier, value, denominator, measure_unit, kind, quote
FROM figures
WHERE year = $for_year AND ($section IS NULL OR section = $section)
ORDER BY figure_id
