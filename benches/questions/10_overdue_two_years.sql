-- Overdue dossiers by procedure in two years, side by side.
WITH earlier AS (
    SELECT procedure_code, count(*) AS overdue
    FROM dossiers
    WHERE year = 2022 AND outcome = 'overdue'
    GROUP BY procedure_code
), later AS (
    SELECT procedure_code, count(*) AS overdue
    FROM dossiers
    WHERE year = 2023 AND outcome = 'overdue'
    GROUP BY procedure_code
)
SELECT coalesce(earlier.procedure_code, later.procedure_code) AS procedure_code,
       coalesce(earlier.overdue, 0) AS overdue_2022,
       coalesce(later.overdue, 0) AS overdue_2023
FROM earlier FULL JOIN later ON earlier.procedure_code = later.procedure_code
ORDER BY 1
