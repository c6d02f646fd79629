-- Different applicants by year.
SELECT year, count(DISTINCT applicant_key) AS applicants
FROM dossiers
GROUP BY year
ORDER BY year
