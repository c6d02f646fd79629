-- title: Tự chủ tài chính của các đơn vị sự nghiệp
-- about: Mức tự bảo đảm chi thường xuyên = A / B (Nghị định 60/2021/NĐ-CP, điều 10); mức ghi trong biểu và mức tính lại đứng cạnh nhau.
-- param from_year: year = (SELECT min(year) FROM autonomy) -- năm đầu
-- param to_year: year = (SELECT max(year) FROM autonomy) -- năm cuối
-- column year: key -- Năm
-- column unit: key -- Đơn vị
-- column group_code: text -- Nhóm tự chủ
-- column stated_rate: rate(revenue/expenditure) 1 higher -- Mức tự bảo đảm (ghi trong biểu)
-- column computed_rate: rate(revenue/expenditure) 1 higher -- Mức tự bảo đảm (tính lại)
-- column revenue: amount -- Tổng thu A (đồng)
-- column expenditure: amount -- Chi thường xuyên B (đồng)
-- column status: text -- Tình trạng phương án
SELECT year, unit, group_code, self_financing_rate AS stated_rate,
  CAST(revenue AS DOUBLE) / nullif(CAST(expenditure AS DOUBLE), 0) AS computed_rate,
  revenue, expenditure, status
FROM autonomy
WHERE year BETWEEN $from_year AND $to_year
ORDER BY year, group_code NULLS LAST, unit
