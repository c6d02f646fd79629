-- title: Số liệu báo cáo: số nêu, số tính và kết quả đối chiếu
-- about: Mọi số liệu của báo cáo gần nhất; số nêu để trống khi năm cần báo cáo chưa có báo cáo. Các cột đầu có tiêu đề như bộ figures, nên bảng này xuất ra XLSX, điền xong thì nhập lại được bằng `cchc import figures NĂM TỆP`.
-- about: So sánh theo số chữ số thập phân đã in và theo từ định tính: “trên 35” khớp với 36, “khoảng” cho phép lệch 5 %. Mục tiêu không so với hiện trạng (xem plan_gap).
-- param for_year: year? = (SELECT max(year) FROM figures) -- năm báo cáo
-- param section: text? -- mục của báo cáo; bỏ trống là mọi mục
-- column figure_id: key -- Mã số liệu
-- column section: text -- Mục
-- column indicator_code: text -- Mã chỉ tiêu
-- column indicator: text -- Chỉ tiêu
-- column value: text -- Số liệu
-- column denominator: text -- Mẫu số
-- column measure_unit: text -- Đơn vị tính
-- column qualifier: text -- Định tính
-- column kind: text -- Loại số liệu
-- column quote: text -- Trích nguyên văn
-- column computed: text -- Giá trị tính được
-- column computed_denominator: text -- Mẫu số tính được
-- column difference: text -- Chênh lệch (tính - nêu)
-- column status: text -- Kết quả đối chiếu
-- column reason: text -- Lý do
-- column formula: text -- Công thức
-- column evidence: text -- Căn cứ
-- column computed_at: text -- Số tính tại ngày
WITH listed AS (
  SELECT f.figure_id, f.section, f.indicator_code, f.indicator, f.measure_unit, f.kind,
    CASE WHEN f.year = $for_year THEN f.value END AS value,
    CASE WHEN f.year = $for_year THEN f.denominator END AS denominator,
    CASE WHEN f.year = $for_year THEN f.qualifier END AS qualifier,
    CASE WHEN f.year = $for_year THEN f.quote END AS quote
  FROM figures f
  WHERE f.year = (SELECT max(year) FROM figures WHERE year <= $for_year)
    AND ($section IS NULL OR f.section = $section)
),
compared AS (
  SELECT l.*, i.value AS computed, i.denominator AS computed_denominator, i.dataset, i.formula,
    -- Số chữ số thập phân mà báo cáo đã in; số 0 ở cuối (97,50) chỉ còn trong câu trích.
    round(i.value, CAST(CASE WHEN l.value = floor(l.value) THEN 0 ELSE length(split_part(CAST(l.value AS VARCHAR), '.', 2)) END
      + coalesce(length(regexp_match(replace(l.quote, '.', ''), CASE WHEN l.value = floor(l.value) THEN CAST(CAST(l.value AS BIGINT) AS VARCHAR) || ','
        ELSE replace(CAST(l.value AS VARCHAR), '.', ',') END || '(0+)([^0-9]|$)')[1]), 0) AS INT)) AS rounded,
    CASE WHEN fold(l.qualifier) IN ('tren', 'hon') OR l.qualifier = '>' THEN 'above'
      WHEN fold(l.qualifier) = 'duoi' OR l.qualifier = '<' THEN 'below'
      WHEN fold(l.qualifier) IN ('it nhat', 'toi thieu', 'khong duoi', 'khong it hon', 'tu') OR l.qualifier IN ('≥', '>=') THEN 'at least'
      WHEN fold(l.qualifier) IN ('khong qua', 'toi da', 'nhieu nhat') OR l.qualifier IN ('≤', '<=') THEN 'at most'
      WHEN fold(l.qualifier) IN ('khoang', 'gan', 'xap xi', 'uoc', 'uoc dat', 'uoc tinh') OR l.qualifier = '~' THEN 'about'
      ELSE 'exact' END AS sense
  FROM listed l
  LEFT JOIN queries.indicators i ON i.indicator_code = l.indicator_code AND i.year = $for_year
),
judged AS (
  SELECT *,
    CASE WHEN kind = 'target' OR computed IS NULL THEN 'not_computable'
      WHEN value IS NULL THEN 'not_stated'
      WHEN denominator IS NOT NULL AND denominator <> computed_denominator THEN 'mismatch'
      WHEN CASE sense WHEN 'above' THEN computed > value WHEN 'below' THEN computed < value
        WHEN 'at least' THEN computed >= value WHEN 'at most' THEN computed <= value
        WHEN 'about' THEN abs(computed - value) <= 0.05 * abs(value) ELSE rounded = value END THEN 'match'
      ELSE 'mismatch' END AS status
  FROM compared
)
SELECT j.figure_id, j.section, j.indicator_code, j.indicator, j.value, j.denominator, j.measure_unit, j.qualifier, j.kind,
  j.quote, j.computed, j.computed_denominator,
  CASE j.status WHEN 'match' THEN 0.0 WHEN 'mismatch' THEN j.rounded - j.value END AS difference,
  j.status,
  CASE WHEN j.kind = 'target' THEN 'đây là mục tiêu, so với hiện trạng ở plan_gap'
    WHEN j.computed IS NULL THEN 'không bộ dữ liệu nào của năm ' || $for_year || ' cho biết chỉ tiêu này'
    WHEN j.value IS NULL THEN 'báo cáo chưa nêu số'
    WHEN j.status = 'match' AND j.sense <> 'exact' THEN vi_number(j.computed) || ' phù hợp với “' || j.qualifier || ' ' || vi_number(j.value) || '”'
    WHEN j.status = 'mismatch' AND j.denominator <> j.computed_denominator THEN 'mẫu số nêu ' || vi_number(j.denominator) || ', mẫu số tính ' || vi_number(j.computed_denominator)
    WHEN j.status = 'mismatch' THEN 'số nêu ' || vi_number(j.value) || ', số tính ' || vi_number(j.computed)
  END AS reason,
  j.formula,
  CASE WHEN j.computed IS NOT NULL THEN j.dataset || ' ' || $for_year || ': ' || m.files END AS evidence,
  CASE WHEN j.computed IS NOT NULL THEN m.as_of END AS computed_at
FROM judged j
LEFT JOIN imports m ON m.dataset = j.dataset AND m.year = $for_year
ORDER BY j.figure_id
