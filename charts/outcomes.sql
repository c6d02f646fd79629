-- title: Kết quả giải quyết hồ sơ
-- about: Cơ cấu kết quả theo năm; các con số là số hồ sơ, hồ sơ không rõ kết quả đứng riêng.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
SELECT year, label(outcome) AS ket_qua, dossiers
FROM queries.dossiers_by_outcome
WHERE year BETWEEN $from_year AND $to_year
ORDER BY year, outcome
VISUALISE year AS y, dossiers AS x, ket_qua AS fill
DRAW bar SETTING total => 100, width => 0.56
SCALE fill TO ['#005B96', '#6BAED6', '#D55E00', '#CC79A7', '#4A4A4A', '#008F6B', '#8A6D1F']
SCALE x SETTING breaks => [0, 25, 50, 75, 100] RENAMING '*' => '{}%'
LABEL title => 'Kết quả giải quyết hồ sơ', subtitle => 'Tỷ trọng trong năm; các con số là số hồ sơ', x => NULL
