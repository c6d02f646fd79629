-- title: Tình hình, kết quả giải quyết TTHC tại cơ quan, đơn vị trực tiếp giải quyết TTHC
-- about: Biểu số II.06a/VPCP/KSTT (Thông tư 01/2020/TT-VPCP), 13 cột. Kết quả là kết quả mà bản xuất ghi; hồ sơ trả lại và rút nằm ở cột 9 như biểu in sẵn.
-- about: Hồ sơ từ kỳ trước là hồ sơ còn dở ở bản xuất có ngày trước ngày đầu kỳ; không có bản xuất đó thì cột 6 để “không có số liệu”, không ghi 0. Hồ sơ chưa rõ kết quả đứng ở dòng riêng, không cộng vào các dòng khác, nên 3 = 7 + 11 đúng ở mọi dòng.
-- param from: date = (SELECT period_from FROM imports WHERE dataset = 'dossiers' ORDER BY year DESC LIMIT 1) -- ngày đầu kỳ; mặc định là kỳ của bản xuất mới nhất
-- param to: date = (SELECT period_to FROM imports WHERE dataset = 'dossiers' ORDER BY year DESC LIMIT 1) -- ngày cuối kỳ; mặc định là kỳ của bản xuất mới nhất
-- param by: text = field -- field: theo lĩnh vực; month: theo tháng
-- choices by: field, month
-- column tt: key -- TT
-- column item: key -- Lĩnh vực, công việc giải quyết theo cấp
-- column received_total: count -- Số hồ sơ nhận giải quyết → Tổng số
-- column online: count -- Số hồ sơ nhận giải quyết → Trong đó → Trực tuyến
-- column direct_post: count -- Số hồ sơ nhận giải quyết → Trong đó → Trực tiếp, dịch vụ bưu chính
-- column carried_in: count -- Số hồ sơ nhận giải quyết → Trong đó → Từ kỳ trước
-- column resolved_total: count -- Số lượng hồ sơ đã giải quyết → Tổng số
-- column early: count -- Số lượng hồ sơ đã giải quyết → Trước hạn
-- column on_time: count -- Số lượng hồ sơ đã giải quyết → Đúng hạn (bao gồm cả trả lại, xin rút)
-- column overdue: count -- Số lượng hồ sơ đã giải quyết → Quá hạn
-- column open_total: count -- Số lượng hồ sơ đang giải quyết → Tổng số
-- column open_in_term: count -- Số lượng hồ sơ đang giải quyết → Trong hạn
-- column open_overdue: count -- Số lượng hồ sơ đang giải quyết → Quá hạn
-- missing carried_in: không có số liệu
-- numbers: 1, 2, 3=4+5+6, 4, 5, 6, 7=8+9+10, 8, 9, 10, 11=12+13, 12, 13
-- sum: received_total = resolved_total + open_total
-- form: Biểu số II.06a/VPCP/KSTT
-- form: Đơn vị báo cáo: ……………………………………
-- form: Kỳ báo cáo: từ ngày $from đến ngày $to
-- form: Đơn vị tính: Số hồ sơ TTHC
WITH exports AS (SELECT year, period_from, period_to, as_of FROM imports WHERE dataset = 'dossiers'),
period AS (SELECT $from AS first, $to AS last),
months AS (
  SELECT first, last, CAST(unnest(generate_series(date_trunc('month', CAST(first AS TIMESTAMP)), CAST(last AS TIMESTAMP), INTERVAL '1 month')) AS DATE) AS begins
  FROM period
),
buckets AS (
  SELECT 'whole' AS kind, first AS begins, last AS ends FROM period
  UNION ALL
  SELECT 'month', greatest(begins, first), least(CAST(begins + INTERVAL '1 month' - INTERVAL '1 day' AS DATE), last) FROM months
  WHERE $by = 'month'
),
-- Một bản xuất có ngày liền trước ngày đầu kỳ thì biết hồ sơ từ kỳ trước.
covered AS (
  SELECT b.kind, b.begins, b.ends, count(e.year) > 0 AS is_known
  FROM buckets b
  LEFT JOIN exports e ON e.period_from < b.begins AND e.period_to >= b.begins - INTERVAL '1 day'
  GROUP BY b.kind, b.begins, b.ends
),
states AS (
  SELECT c.kind, c.begins, c.ends, c.is_known, d.field, d.channel,
    CAST(d.received_at AS DATE) < c.begins AS is_carried,
    nullif(CASE WHEN d.outcome IS NULL THEN 'unknown'
      WHEN d.outcome NOT IN ('in_progress', 'in_progress_overdue') AND coalesce(CAST(d.completed_at AS DATE), e.as_of) <= c.ends THEN d.outcome
      -- Chưa xong ở cuối kỳ: bản xuất chốt đúng ngày cuối kỳ thì theo kết quả ghi, chốt sau thì theo ngày hẹn trả.
      WHEN d.outcome IN ('in_progress', 'in_progress_overdue') AND e.as_of < c.ends THEN 'unknown'
      WHEN d.outcome IN ('in_progress', 'in_progress_overdue') AND e.as_of = c.ends THEN d.outcome
      WHEN CAST(d.due_at AS DATE) < c.ends THEN 'in_progress_overdue' ELSE 'in_progress' END, '') AS state
  FROM queries.dossiers_latest d
  JOIN exports e ON e.year = d.year
  CROSS JOIN covered c
  WHERE CAST(d.received_at AS DATE) <= c.ends
    AND NOT (d.outcome IS NOT NULL AND d.outcome NOT IN ('in_progress', 'in_progress_overdue') AND coalesce(CAST(d.completed_at AS DATE), e.as_of) < c.begins)
    AND e.as_of >= c.begins - INTERVAL '1 day'
    AND NOT (d.outcome IS NULL AND CAST(d.received_at AS DATE) < c.begins AND e.as_of < c.begins - INTERVAL '1 day')
),
lines AS (
  SELECT kind, begins, ends, is_known, field, is_carried, channel, state,
    CASE WHEN state = 'unknown' THEN 3 WHEN kind = 'month' OR $by <> 'month' THEN 1 ELSE 2 END AS part
  FROM states
),
expanded AS (
  SELECT * FROM lines WHERE NOT (part = 3 AND kind = 'month')
  UNION ALL
  SELECT kind, begins, ends, is_known, NULL, is_carried, channel, state, 2 FROM lines WHERE part = 1 AND kind = 'whole'
),
grouped AS (
  SELECT part, CASE WHEN part = 1 AND kind = 'month' THEN begins END AS month, CASE WHEN part = 1 AND kind = 'whole' THEN field END AS field,
    bool_or(is_known) AS is_known,
    count(*) FILTER (WHERE NOT is_carried AND channel = 'online') AS online,
    count(*) FILTER (WHERE NOT is_carried AND (channel IS NULL OR channel <> 'online')) AS direct_post,
    count(*) FILTER (WHERE is_carried) AS carried,
    count(*) FILTER (WHERE state = 'early') AS early,
    count(*) FILTER (WHERE state IN ('on_time', 'returned', 'withdrawn')) AS on_time,
    count(*) FILTER (WHERE state = 'overdue') AS overdue,
    count(*) FILTER (WHERE state = 'in_progress') AS open_in_term,
    count(*) FILTER (WHERE state = 'in_progress_overdue') AS open_overdue
  FROM expanded GROUP BY part, CASE WHEN part = 1 AND kind = 'month' THEN begins END, CASE WHEN part = 1 AND kind = 'whole' THEN field END
),
named AS (
  SELECT g.*, l.position,
    CASE part WHEN 2 THEN 'Tổng cộng' WHEN 3 THEN 'Chưa rõ kết quả giải quyết (không cộng vào các dòng trên)'
      ELSE coalesce('Tháng ' || to_char(g.month, '%m/%Y'), l.label, 'Chưa rõ lĩnh vực') END AS item
  FROM grouped g
  LEFT JOIN (SELECT code, label, position FROM categories WHERE dataset = 'dossiers' AND column_name = 'field') l ON l.code = g.field
)
SELECT CASE WHEN part = 1 THEN CAST(row_number() OVER (ORDER BY part, month, position) AS VARCHAR) END AS tt, item,
  online + direct_post + carried AS received_total, online, direct_post,
  CASE WHEN is_known OR carried > 0 THEN carried END AS carried_in,
  CASE WHEN part < 3 THEN early + on_time + overdue END AS resolved_total,
  CASE WHEN part < 3 THEN early END AS early, CASE WHEN part < 3 THEN on_time END AS on_time, CASE WHEN part < 3 THEN overdue END AS overdue,
  CASE WHEN part < 3 THEN open_in_term + open_overdue END AS open_total,
  CASE WHEN part < 3 THEN open_in_term END AS open_in_term, CASE WHEN part < 3 THEN open_overdue END AS open_overdue
FROM named
ORDER BY part, month, position
