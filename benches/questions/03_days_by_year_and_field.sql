-- Mean and longest time to completion in days, by year and field.
SELECT year, field,
       avg(date_part('epoch', completed_at) - date_part('epoch', received_at)) / 86400 AS mean_days,
       max(date_part('epoch', completed_at) - date_part('epoch', received_at)) / 86400 AS longest_days
FROM dossiers
WHERE completed_at IS NOT NULL
GROUP BY year, field
ORDER BY year, field
