-- title: Kết quả giải quyết hồ sơ
-- about: Cơ cấu kết quả theo năm; số trong cột là số hồ sơ, hồ sơ không rõ kết quả đứng riêng.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
SELECT year, label(outcome) AS ket_qua, dossiers
FROM queries.dossiers_by_outcome
WHERE year BETWEEN $from_year AND $to_year
ORDER BY year, outcome
VISUALISE year AS y, dossiers AS x, ket_qua AS fill
DRAW bar SETTING total => 100
SCALE x SETTING breaks => [0, 25, 50, 75, 100] RENAMING '*' => '{}%'
LABEL title => 'Kết quả giải quyết hồ sơ', subtitle => 'Tỷ trọng trong năm; số ghi trong cột là số hồ sơ', x => NULL
