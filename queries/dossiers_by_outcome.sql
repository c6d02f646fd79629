-- title: Kết quả giải quyết hồ sơ theo năm
-- about: Kết quả đúng như bản xuất ghi; hồ sơ mà bản xuất để trống kết quả đứng riêng, không tính là đúng hạn.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
-- param field: text? -- mã lĩnh vực; bỏ trống là mọi lĩnh vực
-- choices field: dossiers.field
-- column year: key -- Năm
-- column outcome: key -- Kết quả giải quyết
-- column dossiers: count -- Số hồ sơ
-- column total: count total -- Tổng số hồ sơ của năm
-- column share: rate(dossiers/total) 2 -- Tỷ trọng
SELECT year, outcome, dossiers, total, CAST(dossiers AS DOUBLE) / total AS share
FROM (
  SELECT year, outcome, count(*) AS dossiers, sum(count(*)) OVER (PARTITION BY year) AS total
  FROM dossiers
  WHERE year BETWEEN $from_year AND $to_year
    AND ($field IS NULL OR field = $field)
  GROUP BY year, outcome
)
ORDER BY year, dossiers DESC, outcome
