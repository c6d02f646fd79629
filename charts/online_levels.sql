-- title: Dịch vụ công trực tuyến so với mục tiêu
-- about: Số thủ tục mức độ 3 và mức độ 4 nêu trong báo cáo năm 2023 (trên 28 thủ tục) và mục tiêu 26 thủ tục mức độ 4.
SELECT 'Mức độ 3' AS muc_do, 'Đã cung cấp' AS loai, value AS thu_tuc FROM figures WHERE figure_id = 'F14'
UNION ALL
SELECT 'Mức độ 4' AS muc_do, 'Đã cung cấp' AS loai, value AS thu_tuc FROM figures WHERE figure_id = 'F15'
UNION ALL
SELECT 'Mức độ 4' AS muc_do, 'Mục tiêu' AS loai, target AS thu_tuc FROM targets WHERE indicator_code = 'procedures_level4'
ORDER BY loai DESC, muc_do
VISUALISE muc_do AS x, thu_tuc AS y, loai AS fill
DRAW bar SETTING position => 'dodge'
LABEL title => 'Dịch vụ công trực tuyến so với mục tiêu 26/28', x => 'Mức độ dịch vụ công', y => 'Thủ tục'
