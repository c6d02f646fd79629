-- title: Hồ sơ tiếp nhận, trả kết quả và tồn theo tháng
-- about: Số tồn là hồ sơ của năm đã tiếp nhận mà chưa trả vào cuối tháng; không gồm hồ sơ từ năm trước chuyển sang. Tháng chưa hết ghi ngày chốt số liệu.
-- param for_year: year = (SELECT max(year) FROM dossiers) -- năm
WITH ky AS (
  SELECT period_to AS den FROM imports WHERE dataset = 'dossiers' AND year = $for_year
), dau_thang AS (
  SELECT make_date($for_year, CAST(value AS INT), 1) AS dau FROM generate_series(1, 12)
), thang AS (
  SELECT dau, dau + INTERVAL '1 month' AS sau,
    CASE WHEN den < CAST(dau + INTERVAL '1 month' AS DATE) - 1
      THEN concat('Th', date_part('month', dau), ' (đến ', to_char(den, '%d/%m'), ')')
      ELSE concat('Th', date_part('month', dau)) END AS ten_thang
  FROM dau_thang CROSS JOIN ky WHERE dau <= den
), so AS (
  SELECT t.dau, t.ten_thang,
    count(*) FILTER (WHERE d.received_at >= t.dau AND d.received_at < t.sau) AS nhan,
    count(*) FILTER (WHERE d.completed_at >= t.dau AND d.completed_at < t.sau) AS tra,
    count(*) FILTER (WHERE d.received_at < t.sau) - count(*) FILTER (WHERE d.completed_at < t.sau) AS ton
  FROM thang t CROSS JOIN dossiers d
  WHERE d.year = $for_year
  GROUP BY t.dau, t.ten_thang
), ton AS (
  SELECT ten_thang, ton FROM so ORDER BY dau
)
SELECT ten_thang, k.loai, CASE k.loai WHEN 'Tiếp nhận' THEN nhan ELSE tra END AS ho_so
FROM so CROSS JOIN (VALUES ('Tiếp nhận'), ('Trả kết quả')) AS k(loai)
ORDER BY dau, k.loai
VISUALISE ten_thang AS x
DRAW bar MAPPING ho_so AS y, loai AS color SETTING position => 'dodge'
DRAW line MAPPING ton AS y, 'Tồn cuối tháng' AS color FROM ton
DRAW point MAPPING ton AS y, 'Tồn cuối tháng' AS color FROM ton
SCALE color FROM ['Tiếp nhận', 'Trả kết quả', 'Tồn cuối tháng']
LABEL title => 'Hồ sơ tiếp nhận, trả kết quả và tồn theo tháng',
  subtitle => 'Số hồ sơ; số tồn không gồm hồ sơ từ năm trước chuyển sang', x => NULL, y => NULL
