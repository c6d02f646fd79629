-- Dossiers received in each month of one year.
SELECT date_part('month', received_at) AS month, count(*) AS dossiers
FROM dossiers
WHERE year = 2023
GROUP BY 1
ORDER BY 1
