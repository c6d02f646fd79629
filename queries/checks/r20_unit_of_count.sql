-- title: Lượt và người không lẫn nhau
-- title_en: Turns and persons are not mixed
-- about: R20. Lượt không chia được cho số người làm “tỷ lệ bao phủ”, và không cộng với số người.
-- param for_year: year = (SELECT max(year) FROM figures) -- năm báo cáo
WITH data AS (
  SELECT count(*) FILTER (WHERE count_unit = 'turn') AS turn_courses, count(*) FILTER (WHERE count_unit = 'person') AS person_courses,
    coalesce(sum(participants) FILTER (WHERE count_unit = 'turn'), 0) AS turns,
    coalesce(sum(participants) FILTER (WHERE count_unit = 'person'), 0) AS persons
  FROM training WHERE year = $for_year HAVING count(*) > 0
),
shares AS (
  SELECT * FROM figures WHERE year = $for_year AND indicator_code LIKE 'training%' AND kind IN ('rate', 'ratio')
    AND (fold(measure_unit) LIKE '%luot%' OR fold(indicator) LIKE '%luot%')
)
SELECT 'training' AS key, $for_year AS year, CASE WHEN turn_courses > 0 AND person_courses > 0 THEN 'warning' ELSE 'fine' END AS severity,
  'Đơn vị đếm của đào tạo' AS subject, CAST(NULL AS DOUBLE) AS stated, CAST(NULL AS DOUBLE) AS computed, CAST(NULL AS DOUBLE) AS difference,
  CASE WHEN turn_courses > 0 AND person_courses > 0
    THEN 'The courses of the year are counted in two units, ' || turns || ' turns and ' || persons || ' persons, which must not be added'
    ELSE 'all courses are counted in one unit: ' || turns || ' turns, ' || persons || ' persons' END AS explanation,
  CASE WHEN turn_courses > 0 AND person_courses > 0
    THEN 'Các khóa trong năm đếm theo hai đơn vị, ' || turns || ' lượt và ' || persons || ' người; không được cộng với nhau'
    ELSE 'các khóa đều đếm theo một đơn vị: ' || turns || ' lượt, ' || persons || ' người' END AS explanation_vi,
  (SELECT min(section) FROM figures WHERE year = $for_year AND indicator_code LIKE 'training%') AS place
FROM data
UNION ALL
SELECT figure_id, $for_year, 'warning', indicator, value, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
  'Turns are divided by persons: this is no share of people trained', 'Lấy lượt chia cho số người: đây không phải tỷ lệ người được đào tạo', section
FROM shares
