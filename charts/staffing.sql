-- title: Biên chế được giao và có mặt
-- about: Theo loại biên chế, tại ngày chốt số liệu của từng năm; số chưa sử dụng ghi trên cột.
-- param from_year: year = (SELECT min(year) FROM staffing) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM staffing) -- năm cuối
WITH tong AS (
  SELECT year, label(staff_type) AS loai, assigned, present, vacant FROM queries.staffing_vacancy
  WHERE year BETWEEN $from_year AND $to_year
), thieu AS (
  SELECT year, loai, assigned, concat('thiếu ', vacant) AS ghi FROM tong WHERE vacant > 0
)
SELECT year, loai, 'Được giao' AS so, assigned AS nguoi FROM tong
UNION ALL
SELECT year, loai, 'Có mặt' AS so, present AS nguoi FROM tong
ORDER BY loai, year, so DESC
VISUALISE year AS x
DRAW bar MAPPING nguoi AS y, so AS fill SETTING position => 'dodge'
DRAW text MAPPING assigned AS y, ghi AS label FROM thieu SETTING offset => [0, 16]
FACET loai
SCALE fill FROM ['Được giao', 'Có mặt'] TO ['#9FB4C7', '#005B96']
LABEL title => 'Biên chế được giao, có mặt và chưa sử dụng', subtitle => 'Số người', y => NULL
