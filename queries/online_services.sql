-- title: Thủ tục hành chính theo mức độ dịch vụ công trực tuyến
-- about: Mức độ ghi trong danh mục thủ tục; mức độ 2, 3, 4 theo Nghị định 43/2011/NĐ-CP, toàn trình và một phần theo Nghị định 42/2022/NĐ-CP, không quy đổi lẫn nhau.
-- param for_year: year = (SELECT max(year) FROM procedures) -- năm của danh mục
-- column year: key -- Năm
-- column level_scheme: key apart -- Cách phân loại
-- column online_level: key -- Mức độ
-- column procedures: count -- Số thủ tục
-- column total: count total -- Tổng số thủ tục
-- column share: rate(procedures/total) 2 higher -- Tỷ trọng
SELECT year, level_scheme, online_level, procedures, total, CAST(procedures AS DOUBLE) / total AS share
FROM (
  SELECT year, level_scheme, online_level, count(*) AS procedures, sum(count(*)) OVER (PARTITION BY year) AS total
  FROM procedures
  WHERE year = $for_year
  GROUP BY year, level_scheme, online_level
)
ORDER BY year, level_scheme, online_level
