-- Dossiers by year and field.
SELECT year, field, count(*) AS dossiers
FROM dossiers
GROUP BY year, field
ORDER BY year, field
