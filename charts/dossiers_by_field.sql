-- title: Hồ sơ theo lĩnh vực
-- about: Số hồ sơ trong sổ theo dõi của từng năm, theo lĩnh vực; năm chưa đủ kỳ ghi ngày chốt số liệu.
-- param from_year: year = (SELECT min(year) FROM dossiers) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM dossiers) -- năm cuối
SELECT
  CASE
    WHEN i.period_to < make_date(q.year, 12, 31) THEN concat(q.year, ' (đến ', to_char(i.period_to, '%d/%m'), ')')
    ELSE CAST(q.year AS VARCHAR)
  END AS nam,
  label(q.field) AS linh_vuc, q.dossiers
FROM queries.dossiers_by_field q
JOIN imports i ON i.dataset = 'dossiers' AND i.year = q.year
WHERE q.year BETWEEN $from_year AND $to_year
ORDER BY q.year, q.field
VISUALISE nam AS x, dossiers AS y, linh_vuc AS fill
DRAW bar
LABEL title => 'Hồ sơ tiếp nhận theo lĩnh vực', subtitle => 'Số hồ sơ', x => NULL, y => NULL
