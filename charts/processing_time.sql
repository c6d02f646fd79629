-- title: Thời gian giải quyết so với thời hạn của thủ tục
-- about: Số ngày làm việc trung bình theo thủ tục có từ năm hồ sơ trở lên, bên cạnh thời hạn quy định.
-- param for_year: year = (SELECT max(year) FROM dossiers) -- năm
-- param at_least: int = 5 -- số hồ sơ ít nhất của một thủ tục
SELECT concat(d.procedure_code, ' (', count(*), ' hồ sơ)') AS thu_tuc,
  avg(working_days(CAST(d.received_at AS DATE), CAST(d.completed_at AS DATE))) AS ngay,
  max(p.term_days) AS thoi_han
FROM dossiers d
LEFT JOIN procedures p ON p.procedure_code = d.procedure_code AND p.year = d.year
WHERE d.year = $for_year AND d.completed_at IS NOT NULL
GROUP BY d.procedure_code
HAVING count(*) >= $at_least
ORDER BY ngay DESC, d.procedure_code
VISUALISE thu_tuc AS y
DRAW bar MAPPING ngay AS x
DRAW point MAPPING thoi_han AS x SETTING size => 6, color => '#D55E00'
LABEL title => 'Thời gian giải quyết so với thời hạn',
  subtitle => 'Ngày làm việc trung bình; chấm là thời hạn quy định', x => NULL, y => NULL
