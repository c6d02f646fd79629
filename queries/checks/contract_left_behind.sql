-- title: Các năm đã nhập còn khớp với hợp đồng dữ liệu
-- title_en: Imported years still fit their contract
-- about: Cột contract_state của bảng imports. Thêm cột được để trống, tiêu đề, tên gọi khác thì không cần nhập lại; đổi khác thì phải nhập lại năm đó.
SELECT dataset || '/' || year AS key, year, CASE WHEN fault IS NOT NULL OR contract_state = 'left_behind' THEN 'error' ELSE 'note' END AS severity,
  dataset || ' ' || year AS subject, CAST(NULL AS DOUBLE) AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  CASE WHEN fault IS NOT NULL THEN 'The file cannot be read: ' || fault
    WHEN contract_state = 'left_behind' THEN 'The contract has changed and no longer fits this year; import it again (`cchc verify` names the columns)'
    ELSE 'The contract has changed since the import, in ways that leave the stored columns readable' END AS explanation,
  CASE WHEN fault IS NOT NULL THEN 'Không đọc được tệp của năm này'
    WHEN contract_state = 'left_behind' THEN 'Hợp đồng dữ liệu đã đổi và không còn khớp với năm này; phải nhập lại (`cchc verify` nêu rõ các cột)'
    ELSE 'Hợp đồng dữ liệu đã đổi từ khi nhập, nhưng các cột đã lưu vẫn đọc được' END AS explanation_vi,
  CAST(NULL AS VARCHAR) AS place
FROM imports WHERE fault IS NOT NULL OR contract_state <> 'current'
UNION ALL
SELECT 'imports', CAST(NULL AS INT), 'fine', 'Hợp đồng dữ liệu', CAST(count(*) AS DOUBLE), CAST(count(*) AS DOUBLE), 0.0,
  count(*) || ' imported years fit their contracts', vi_number(count(*)) || ' năm đã nhập khớp với hợp đồng dữ liệu', CAST(NULL AS VARCHAR)
FROM imports HAVING count(*) > 0 AND count(*) FILTER (WHERE fault IS NOT NULL OR contract_state <> 'current') = 0
