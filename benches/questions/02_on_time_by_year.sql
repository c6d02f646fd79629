-- Rate of dossiers resolved early or on time, by year.
SELECT year,
       sum(CASE WHEN outcome IN ('early', 'on_time') THEN 1 ELSE 0 END) AS on_time,
       sum(CASE WHEN outcome IN ('early', 'on_time', 'overdue') THEN 1 ELSE 0 END) AS resolved,
       1.0 * sum(CASE WHEN outcome IN ('early', 'on_time') THEN 1 ELSE 0 END)
           / sum(CASE WHEN outcome IN ('early', 'on_time', 'overdue') THEN 1 ELSE 0 END) AS rate
FROM dossiers
GROUP BY year
ORDER BY year
