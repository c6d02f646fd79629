-- The five procedures with most overdue dossiers in each year, with the change on the year before.
WITH overdue AS (
    SELECT year, procedure_code, count(*) AS overdue
    FROM dossiers
    WHERE outcome = 'overdue'
    GROUP BY year, procedure_code
), compared AS (
    SELECT year, procedure_code, overdue,
           overdue - lag(overdue) OVER (PARTITION BY procedure_code ORDER BY year) AS change,
           row_number() OVER (PARTITION BY year ORDER BY overdue DESC, procedure_code) AS place
    FROM overdue
)
SELECT year, place, procedure_code, overdue, change
FROM compared
WHERE place <= 5
ORDER BY year, place
