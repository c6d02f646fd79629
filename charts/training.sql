-- title: Đào tạo, bồi dưỡng theo nội dung
-- about: Lượt và người là hai đơn vị đếm khác nhau nên đứng ở hai ô riêng, không cộng vào nhau.
-- param from_year: year = (SELECT max(year) - 1 FROM training) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM training) -- năm cuối
SELECT year, content AS noi_dung, label(count_unit) AS don_vi, participants
FROM queries.training_by_content
WHERE year BETWEEN $from_year AND $to_year
ORDER BY content, year
VISUALISE participants AS x, noi_dung AS y, year AS fill
DRAW bar SETTING position => 'dodge'
FACET don_vi
LABEL title => 'Đào tạo, bồi dưỡng công chức, viên chức theo nội dung',
  subtitle => 'Số lượt và số người đếm riêng', x => NULL, y => NULL
