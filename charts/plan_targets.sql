-- title: Chỉ tiêu kế hoạch: hiện trạng và mục tiêu
-- about: Mục tiêu nêu trong báo cáo hoặc đã thông qua vẽ nét liền, mục tiêu suy ra vẽ nét đứt và ghi "suy ra".
-- param for_year: year = (SELECT max(target_year) FROM targets) -- năm mục tiêu
SELECT indicator AS chi_tieu, baseline, target,
  greatest(baseline, target) AS cho_ghi,
  concat(
    local_number(baseline), ' → ', local_number(target), ' ', measure_unit,
    CASE WHEN origin = 'derived' THEN ' (suy ra)' ELSE '' END
  ) AS ghi,
  CASE WHEN origin = 'derived' THEN 'Suy ra từ báo cáo' ELSE 'Nêu trong báo cáo hoặc đã thông qua' END AS nguon
FROM targets
WHERE target_year = $for_year AND baseline <> target AND measure_unit <> '%' -- tỷ lệ là một cách nói khác của số đếm cùng chỉ tiêu
ORDER BY origin DESC, indicator_code
VISUALISE chi_tieu AS y
DRAW segment MAPPING baseline AS x, target AS xend, chi_tieu AS yend, nguon AS linetype
DRAW point MAPPING baseline AS x
DRAW point MAPPING target AS x SETTING hollow => true, size => 7
DRAW text MAPPING cho_ghi AS x, ghi AS label SETTING hjust => 0, offset => [7, 0]
SCALE linetype FROM ['Nêu trong báo cáo hoặc đã thông qua', 'Suy ra từ báo cáo']
LABEL title => 'Chỉ tiêu kế hoạch: từ hiện trạng đến mục tiêu',
  subtitle => 'Chỉ tiêu có số và thay đổi; chấm đặc: hiện trạng; vòng rỗng: mục tiêu', x => NULL, y => NULL
