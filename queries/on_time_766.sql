-- title: Tỷ lệ đúng hạn theo Quyết định 766/QĐ-TTg
-- about: Công thức on_time_766 (Quyết định 766/QĐ-TTg ngày 23/6/2022): (kết thúc không muộn hơn ngày hẹn trả + đang giải quyết trong hạn) / hồ sơ tiếp nhận và xử lý trong kỳ đã rõ kết quả. So theo ngày, không theo giờ.
-- about: Hồ sơ không rõ kết quả không nằm trong tử số và mẫu số; tỷ lệ thấp nhất coi tất cả là quá hạn, cao nhất coi tất cả là đúng hạn.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
-- param field: text? -- mã lĩnh vực; bỏ trống là mọi lĩnh vực
-- choices field: dossiers.field
-- column year: key -- Năm
-- column field: key -- Lĩnh vực
-- column on_time: count higher -- Kết thúc trong hạn và đang trong hạn
-- column handled: count -- Tiếp nhận và xử lý
-- column unknown: count lower -- Không rõ kết quả
-- column rate: rate(on_time/handled) 2 higher -- Tỷ lệ
-- column rate_low: rate(on_time/handled+unknown) 2 -- Tỷ lệ thấp nhất
-- column rate_high: rate(on_time+unknown/handled+unknown) 2 -- Tỷ lệ cao nhất
SELECT year, field, on_time, handled, unknown,
  CAST(on_time AS DOUBLE) / nullif(handled, 0) AS rate,
  CAST(on_time AS DOUBLE) / nullif(handled + unknown, 0) AS rate_low,
  CAST(on_time + unknown AS DOUBLE) / nullif(handled + unknown, 0) AS rate_high
FROM (
  SELECT year, field,
    count(*) FILTER (WHERE outcome IN ('early', 'on_time', 'in_progress') OR (outcome IN ('returned', 'withdrawn') AND CAST(completed_at AS DATE) <= CAST(due_at AS DATE))) AS on_time,
    count(*) FILTER (WHERE outcome IS NOT NULL) AS handled,
    count(*) FILTER (WHERE outcome IS NULL) AS unknown
  FROM dossiers
  WHERE year BETWEEN $from_year AND $to_year
    AND ($field IS NULL OR field = $field)
  GROUP BY year, field
)
ORDER BY year, field
