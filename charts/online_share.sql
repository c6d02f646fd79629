-- title: Tỷ trọng hồ sơ theo hình thức nộp
-- about: Trực tiếp, trực tuyến, bưu chính; các con số là số hồ sơ.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
SELECT year, label(channel) AS hinh_thuc, count(*) AS ho_so
FROM dossiers
WHERE year BETWEEN $from_year AND $to_year
GROUP BY year, channel
ORDER BY year, channel
VISUALISE year AS x, ho_so AS y, hinh_thuc AS fill
DRAW bar SETTING total => 100
SCALE y SETTING breaks => [0, 25, 50, 75, 100] RENAMING '*' => '{}%'
LABEL title => 'Hồ sơ theo hình thức nộp', subtitle => 'Tỷ trọng trong năm; các con số là số hồ sơ', y => NULL
