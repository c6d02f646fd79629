-- Median and standard deviation of the fees, by year.
SELECT year, median(fee) AS median_fee, stddev(fee) AS deviation
FROM dossiers
GROUP BY year
ORDER BY year
