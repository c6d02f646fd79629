-- title: Hồ sơ quá hạn và hồ sơ đang giải quyết
-- about: Từng hồ sơ quá hạn hoặc chưa xong, theo kết quả mà bản xuất ghi. Số ngày muộn tính từ ngày hẹn trả đến ngày trả (theo lịch, không phải ngày làm việc).
-- param for_year: year = (SELECT max(year) FROM dossiers) -- năm
-- column year: key -- Năm
-- column dossier_code: key -- Mã hồ sơ
-- column field: text -- Lĩnh vực
-- column procedure_name: text -- Thủ tục
-- column outcome: text -- Kết quả
-- column due_on: text -- Ngày hẹn trả
-- column completed_on: text -- Ngày trả
-- column days_late: count lower -- Số ngày muộn
SELECT year, dossier_code, field, procedure_name, outcome,
  CAST(due_at AS DATE) AS due_on, CAST(completed_at AS DATE) AS completed_on,
  date_part('epoch', date_trunc('day', completed_at) - date_trunc('day', due_at)) / 86400 AS days_late
FROM dossiers
WHERE year = $for_year AND outcome IN ('overdue', 'in_progress', 'in_progress_overdue')
ORDER BY outcome, due_on, dossier_code
