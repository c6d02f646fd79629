-- The twenty units with most online dossiers about licences, over all years.
SELECT handling_unit, count(*) AS dossiers
FROM dossiers
WHERE procedure_name LIKE '%giấy phép%' AND channel = 'online'
GROUP BY handling_unit
ORDER BY dossiers DESC, handling_unit
LIMIT 20
