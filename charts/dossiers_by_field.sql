-- title: Hồ sơ theo lĩnh vực và năm
-- about: Số hồ sơ trong sổ theo dõi của từng năm, theo lĩnh vực.
SELECT year, label(field) AS linh_vuc, dossiers FROM queries.dossiers_by_field
VISUALISE year AS x, dossiers AS y, linh_vuc AS fill
DRAW bar SETTING position => 'dodge'
LABEL title => 'Hồ sơ theo lĩnh vực', x => 'Năm', y => 'Hồ sơ', fill => 'Lĩnh vực'
