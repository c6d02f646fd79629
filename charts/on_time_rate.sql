-- title: Tỷ lệ hồ sơ giải quyết đúng hạn
-- about: Công thức on_time_resolved, theo lĩnh vực và năm; tỷ lệ của ít hơn 10 hồ sơ ghi kèm số hồ sơ.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
WITH ty_le_nam AS (
  SELECT year, 100 * rate AS ty_le, label(field) AS linh_vuc, on_time, resolved
  FROM queries.on_time_resolved
  WHERE year BETWEEN $from_year AND $to_year AND rate IS NOT NULL
), it_ho_so AS (
  SELECT year, ty_le, concat(on_time, '/', resolved, ' hồ sơ') AS ghi FROM ty_le_nam WHERE resolved < 10
)
SELECT year, ty_le, linh_vuc FROM ty_le_nam
VISUALISE year AS x, ty_le AS y
DRAW line MAPPING linh_vuc AS color
DRAW point MAPPING linh_vuc AS color
DRAW text MAPPING ghi AS label FROM it_ho_so SETTING offset => [0, 11]
SCALE y RENAMING '*' => '{}%'
LABEL title => 'Tỷ lệ hồ sơ giải quyết đúng hạn',
  subtitle => 'Trong số hồ sơ đã giải quyết và rõ kết quả; trục tung không bắt đầu từ 0', y => NULL
