-- title: Tỷ lệ giải quyết đúng hạn theo lĩnh vực
-- about: Công thức on_time_resolved: (trước hạn + đúng hạn) / (trước hạn + đúng hạn + quá hạn), tức (cột 8 + cột 9) / cột 7 của biểu II.06a/VPCP/KSTT; hồ sơ trả lại, rút không tính.
-- about: Hồ sơ không rõ kết quả không nằm trong tử số và mẫu số; tỷ lệ thấp nhất coi tất cả là quá hạn, cao nhất coi tất cả là đúng hạn.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
-- param field: text? -- mã lĩnh vực; bỏ trống là mọi lĩnh vực
-- choices field: dossiers.field
-- column year: key -- Năm
-- column field: key -- Lĩnh vực
-- column on_time: count higher -- Trước hạn và đúng hạn
-- column resolved: count -- Đã giải quyết
-- column unknown: count lower -- Không rõ kết quả
-- column rate: rate(on_time/resolved) 2 higher -- Tỷ lệ
-- column rate_low: rate(on_time/resolved+unknown) 2 -- Tỷ lệ thấp nhất
-- column rate_high: rate(on_time+unknown/resolved+unknown) 2 -- Tỷ lệ cao nhất
SELECT year, field, on_time, resolved, unknown,
  CAST(on_time AS DOUBLE) / nullif(resolved, 0) AS rate,
  CAST(on_time AS DOUBLE) / nullif(resolved + unknown, 0) AS rate_low,
  CAST(on_time + unknown AS DOUBLE) / nullif(resolved + unknown, 0) AS rate_high
FROM (
  SELECT year, field,
    count(*) FILTER (WHERE outcome IN ('early', 'on_time')) AS on_time,
    count(*) FILTER (WHERE outcome IN ('early', 'on_time', 'overdue')) AS resolved,
    count(*) FILTER (WHERE outcome IS NULL) AS unknown
  FROM dossiers
  WHERE year BETWEEN $from_year AND $to_year
    AND ($field IS NULL OR field = $field)
  GROUP BY year, field
)
ORDER BY year, field
