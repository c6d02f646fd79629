-- title: Trạng thái mới nhất của từng hồ sơ
-- about: Mỗi mã hồ sơ một dòng: dòng của năm báo cáo mới nhất có mã đó. Hồ sơ chuyển từ năm này sang năm khác không bị đếm hai lần.
-- column dossier_code: key -- Mã hồ sơ
-- column year: text -- Năm báo cáo mới nhất
-- column years: text -- Có trong các năm
-- column field: text -- Lĩnh vực
-- column procedure_code: text -- Mã thủ tục
-- column procedure_name: text -- Thủ tục
-- column handling_unit: text -- Đơn vị giải quyết
-- column channel: text -- Hình thức nộp
-- column received_at: text -- Ngày tiếp nhận
-- column due_at: text -- Ngày hẹn trả
-- column completed_at: text -- Ngày trả kết quả
-- column outcome: text -- Kết quả giải quyết
SELECT dossier_code, year, years, field, procedure_code, procedure_name, handling_unit, channel, received_at, due_at, completed_at, outcome
FROM (
  SELECT *, count(*) OVER (PARTITION BY dossier_code) AS years,
    row_number() OVER (PARTITION BY dossier_code ORDER BY year DESC) AS place_no
  FROM dossiers
)
WHERE place_no = 1
ORDER BY dossier_code
