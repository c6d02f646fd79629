-- title: Hồ sơ theo lĩnh vực và năm
-- about: Số hồ sơ trong sổ theo dõi của từng năm, theo lĩnh vực. Tỷ trọng tính trên tổng số hồ sơ của năm.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
-- column year: key -- Năm
-- column field: key -- Lĩnh vực
-- column dossiers: count -- Số hồ sơ
-- column total: count total -- Tổng số hồ sơ của năm
-- column share: rate(dossiers/total) 2 -- Tỷ trọng
SELECT year, field, dossiers, total, CAST(dossiers AS DOUBLE) / total AS share
FROM (
  SELECT year, field, count(*) AS dossiers, sum(count(*)) OVER (PARTITION BY year) AS total
  FROM dossiers
  WHERE year BETWEEN $from_year AND $to_year
  GROUP BY year, field
)
ORDER BY year, field
