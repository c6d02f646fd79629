-- title: Hồ sơ quá hạn, đang giải quyết và chưa rõ kết quả
-- about: Từng hồ sơ quá hạn, chưa xong hoặc bản xuất để trống kết quả, kèm tệp, trang tính và dòng gốc. Kết quả là kết quả mà bản xuất ghi; ngày tháng chỉ để đối chiếu.
-- about: Số ngày muộn là số ngày làm việc sau ngày hẹn trả, đến ngày trả hoặc đến ngày chốt số liệu.
-- param for_year: year = (SELECT max(year) FROM dossiers) -- năm
-- param as_of: date? -- ngày chốt số liệu; bỏ trống là ngày chốt của bản xuất
-- column dossier_code: key -- Mã hồ sơ
-- column state: text -- Tình trạng
-- column field: text -- Lĩnh vực
-- column procedure_name: text -- Thủ tục
-- column outcome: text -- Kết quả ghi trong bản xuất
-- column received_on: text -- Ngày tiếp nhận
-- column due_on: text -- Ngày hẹn trả
-- column completed_on: text -- Ngày trả
-- column working_days_late: count lower -- Số ngày làm việc muộn
-- column as_of: text -- Tính đến ngày
-- column file: text -- Tệp
-- column sheet: text -- Trang tính
-- column line: text -- Dòng
WITH listed AS (
  SELECT d.*, coalesce($as_of, i.as_of) AS closing
  FROM source.dossiers d JOIN imports i ON i.dataset = 'dossiers' AND i.year = d.year
  WHERE d.year = $for_year AND (d.outcome IS NULL OR d.outcome IN ('overdue', 'in_progress', 'in_progress_overdue'))
)
SELECT dossier_code,
  CASE WHEN outcome = 'overdue' THEN 'trả quá hạn' WHEN outcome = 'in_progress_overdue' THEN 'đang giải quyết, quá hạn'
    WHEN outcome IS NULL AND completed_at IS NULL AND CAST(due_at AS DATE) < closing THEN 'chưa rõ kết quả, đã qua ngày hẹn trả'
    WHEN outcome IS NULL THEN 'chưa rõ kết quả'
    WHEN CAST(due_at AS DATE) < closing THEN 'đang giải quyết, đã qua ngày hẹn trả'
    ELSE 'đang giải quyết, trong hạn' END AS state,
  field, procedure_name, outcome,
  CAST(received_at AS DATE) AS received_on, CAST(due_at AS DATE) AS due_on, CAST(completed_at AS DATE) AS completed_on,
  greatest(working_days(CAST(due_at AS DATE), coalesce(CAST(completed_at AS DATE), closing)), 0) AS working_days_late,
  closing AS as_of, _file AS file, _sheet AS sheet, _row AS line
FROM listed
ORDER BY outcome NULLS FIRST, due_on, dossier_code
