-- title: Đào tạo, bồi dưỡng theo nội dung
-- about: Lượt và người đếm riêng, không cộng vào nhau; kinh phí tính bằng đồng, ô để trống hoặc "-" không tính là 0.
-- param from_year: year = (SELECT min(year) FROM training) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM training) -- năm cuối
-- column year: key -- Năm
-- column content: key -- Nội dung
-- column count_unit: key apart -- Đơn vị đếm
-- column courses: count -- Số khóa
-- column participants: count -- Số lượng
-- column cost: amount -- Kinh phí (đồng)
SELECT year, content, count_unit, count(*) AS courses, sum(participants) AS participants, sum(cost) AS cost
FROM training
WHERE year BETWEEN $from_year AND $to_year
GROUP BY year, content, count_unit
ORDER BY year, content, count_unit
