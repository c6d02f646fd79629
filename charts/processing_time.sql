-- title: Thời gian giải quyết so với thời hạn của thủ tục
-- about: Số ngày làm việc trung bình theo thủ tục có từ năm hồ sơ trở lên, bên cạnh thời hạn quy định.
-- size: 155mm x 215mm
-- param for_year: year = (SELECT max(year) FROM dossiers) -- năm
-- param at_least: int = 5 -- số hồ sơ ít nhất của một thủ tục
WITH thoi_gian AS (
  SELECT d.procedure_code, coalesce(p.name, d.procedure_name) AS ten, count(*) AS ho_so,
    avg(working_days(CAST(d.received_at AS DATE), CAST(d.completed_at AS DATE))) AS ngay,
    max(p.term_days) AS thoi_han
  FROM dossiers d
  LEFT JOIN procedures p ON p.procedure_code = d.procedure_code AND p.year = d.year
  WHERE d.year = $for_year AND d.completed_at IS NOT NULL
  GROUP BY d.procedure_code, p.name, d.procedure_name
  HAVING count(*) >= $at_least
), ten AS (
  -- Mã thủ tục chỉ ghi khi hai thủ tục trùng tên.
  SELECT concat(ten, CASE WHEN count(*) OVER (PARTITION BY ten) > 1 THEN concat(' [', procedure_code, ']') ELSE '' END,
    ' (', ho_so, ' hồ sơ)') AS thu_tuc, ngay, thoi_han, greatest(ngay, coalesce(thoi_han, ngay)) AS cho_ghi,
    concat(local_number(ngay, 1), ' / ', coalesce(local_number(thoi_han), '?')) AS ghi
  FROM thoi_gian
)
SELECT thu_tuc, ngay, thoi_han, cho_ghi, ghi FROM ten
ORDER BY ngay DESC, thu_tuc
VISUALISE thu_tuc AS y
DRAW bar MAPPING ngay AS x SETTING labels => 'none'
DRAW point MAPPING thoi_han AS x SETTING size => 6, color => '#D55E00'
DRAW text MAPPING cho_ghi AS x, ghi AS label SETTING hjust => 0, offset => [6, 0]
LABEL title => 'Thời gian giải quyết so với thời hạn',
  subtitle => 'Ngày làm việc trung bình / thời hạn quy định (chấm)', x => NULL, y => NULL
