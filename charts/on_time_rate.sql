-- title: Tỷ lệ hồ sơ giải quyết đúng hạn
-- about: Công thức on_time_resolved, theo lĩnh vực và năm.
SELECT year, 100 * rate AS ty_le, label(field) AS linh_vuc FROM queries.on_time_resolved
VISUALISE year AS x, ty_le AS y, linh_vuc AS color
DRAW line
DRAW point
LABEL title => 'Tỷ lệ hồ sơ giải quyết đúng hạn', x => 'Năm', y => '%', color => 'Lĩnh vực'
