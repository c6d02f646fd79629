-- title: Tỷ lệ hồ sơ giải quyết đúng hạn
-- about: Công thức on_time_resolved, theo lĩnh vực và năm.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
SELECT year, 100 * rate AS ty_le, label(field) AS linh_vuc
FROM queries.on_time_resolved
WHERE year BETWEEN $from_year AND $to_year AND rate IS NOT NULL
VISUALISE year AS x, ty_le AS y, linh_vuc AS color
DRAW line
DRAW point
SCALE y RENAMING '*' => '{}%'
LABEL title => 'Tỷ lệ hồ sơ giải quyết đúng hạn',
  subtitle => 'Trong số hồ sơ đã giải quyết và rõ kết quả; trục tung không bắt đầu từ 0', y => NULL
