-- title: Biên chế được giao, có mặt và chưa sử dụng
-- about: Tổng theo loại biên chế tại ngày chốt số liệu của từng năm. Tỷ lệ chưa sử dụng = chưa sử dụng / được giao.
-- param from_year: year = (SELECT min(year) FROM staffing) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM staffing) -- năm cuối
-- column year: key -- Năm
-- column staff_type: key -- Loại biên chế
-- column assigned: count -- Được giao
-- column present: count -- Có mặt
-- column vacant: count lower -- Chưa sử dụng
-- column vacancy: rate(vacant/assigned) 2 lower -- Tỷ lệ chưa sử dụng
SELECT year, staff_type, assigned, present, vacant, CAST(vacant AS DOUBLE) / nullif(assigned, 0) AS vacancy
FROM (
  SELECT year, staff_type, sum(assigned) AS assigned, sum(present) AS present, sum(vacant) AS vacant
  FROM staffing
  WHERE year BETWEEN $from_year AND $to_year
  GROUP BY year, staff_type
)
ORDER BY year, staff_type
