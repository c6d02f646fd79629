-- title: Biên chế được giao và có mặt
-- about: Tổng công chức và viên chức tại ngày chốt số liệu của từng năm.
SELECT year, 'Được giao' AS loai, sum(assigned) AS nguoi FROM queries.staffing_vacancy GROUP BY year
UNION ALL
SELECT year, 'Có mặt' AS loai, sum(present) AS nguoi FROM queries.staffing_vacancy GROUP BY year
ORDER BY loai DESC, year
VISUALISE year AS x, nguoi AS y, loai AS fill
DRAW bar SETTING position => 'dodge'
LABEL title => 'Biên chế được giao và có mặt', x => 'Năm', y => 'Người'
