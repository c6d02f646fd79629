-- title: Tỷ lệ đúng hạn và khoảng thấp nhất – cao nhất
-- about: Toàn Sở; thấp nhất coi hồ sơ không rõ kết quả là quá hạn, cao nhất coi là đúng hạn.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
SELECT year,
  100.0 * sum(on_time) / sum(resolved) AS ty_le,
  100.0 * sum(on_time) / (sum(resolved) + sum(unknown)) AS thap,
  100.0 * (sum(on_time) + sum(unknown)) / (sum(resolved) + sum(unknown)) AS cao
FROM queries.on_time_resolved
WHERE year BETWEEN $from_year AND $to_year
GROUP BY year
ORDER BY year
VISUALISE year AS x
DRAW point MAPPING ty_le AS y SETTING size => 6
DRAW range MAPPING thap AS ymin, cao AS ymax SETTING linewidth => 1.2
DRAW text MAPPING ty_le AS y, ty_le AS label SETTING hjust => 0, offset => [7, 0]
SCALE y RENAMING '*' => '{}%'
LABEL title => 'Tỷ lệ hồ sơ giải quyết đúng hạn của toàn Sở',
  subtitle => 'Vạch đứng: nếu mọi hồ sơ không rõ kết quả đều quá hạn, hoặc đều đúng hạn; trục tung không bắt đầu từ 0', y => NULL
