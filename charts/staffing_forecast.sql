-- title: Số người có mặt và dự báo theo xu hướng
-- about: Xu hướng tuyến tính theo loại biên chế, dải là khoảng dự báo, có mức tin cậy ghi ở chân biểu đồ.
WITH f AS (
  SELECT series AS loai, year AS nam, value, lower, upper, kind
  FROM forecast((
    SELECT label(staff_type) AS loai, year, sum(present) AS nguoi FROM staffing GROUP BY staff_type, year
  ), horizon => 2)
), thuc_te AS (
  SELECT * FROM f WHERE kind = 'actual'
), cuoi AS (
  SELECT loai, max(nam) AS nam FROM thuc_te GROUP BY loai
), toi AS (
  SELECT loai, nam, value, lower, upper FROM f WHERE kind = 'forecast'
), du_bao AS (
  SELECT loai, nam, value, lower, upper FROM toi
  UNION ALL
  SELECT t.loai, t.nam, t.value, t.value AS lower, t.value AS upper FROM thuc_te t JOIN cuoi c ON c.loai = t.loai AND c.nam = t.nam
)
SELECT loai, nam, value FROM thuc_te
VISUALISE nam AS x, loai AS color
DRAW ribbon MAPPING lower AS ymin, upper AS ymax, loai AS fill FROM du_bao SETTING opacity => 0.2
DRAW line MAPPING value AS y FROM du_bao SETTING linetype => 'dashed'
DRAW line MAPPING value AS y
DRAW point MAPPING value AS y
DRAW point MAPPING value AS y FROM toi SETTING hollow => true
LABEL title => 'Số người có mặt và dự báo theo xu hướng', subtitle => 'Số người; nét đứt và dải: dự báo và khoảng dự báo; trục tung không bắt đầu từ 0', x => NULL, y => NULL
