-- title: Mức tự bảo đảm chi thường xuyên của các đơn vị sự nghiệp
-- about: Mức tính lại A / B theo Nghị định 60/2021/NĐ-CP; vạch đứt là các ngưỡng phân nhóm 10, 30, 70, 100 %.
-- param for_year: year = (SELECT max(year) FROM autonomy) -- năm
SELECT concat(unit, CASE WHEN group_code IS NULL THEN '' ELSE concat(' (nhóm ', group_code, ')') END,
    CASE WHEN computed_rate IS NULL THEN ': không có số liệu' ELSE '' END) AS don_vi, 100 * computed_rate AS muc
FROM queries.autonomy_by_unit
WHERE year = $for_year
ORDER BY computed_rate DESC NULLS LAST, unit
VISUALISE muc AS x, don_vi AS y
DRAW bar
PLACE rule SETTING x => [10, 30, 70, 100], linetype => 'dashed'
SCALE x SETTING breaks => [0, 10, 30, 70, 100] RENAMING '*' => '{}%'
LABEL title => 'Mức tự bảo đảm chi thường xuyên của các đơn vị sự nghiệp',
  subtitle => 'Nguồn thu trên chi thường xuyên; vạch đứt: ngưỡng phân nhóm theo Nghị định 60/2021/NĐ-CP', x => NULL, y => NULL
