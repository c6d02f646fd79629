-- title: Hồ sơ theo lĩnh vực và năm
-- about: Số hồ sơ trong sổ theo dõi của từng năm, theo lĩnh vực.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
SELECT year, label(field) AS linh_vuc, dossiers
FROM queries.dossiers_by_field
WHERE year BETWEEN $from_year AND $to_year
VISUALISE year AS x, dossiers AS y, linh_vuc AS fill
DRAW bar SETTING position => 'dodge'
LABEL title => 'Hồ sơ theo lĩnh vực', x => 'Năm', y => 'Hồ sơ'
