-- One dossier by its code.
SELECT year, dossier_code, procedure_code, field, received_at, outcome, fee
FROM dossiers
WHERE dossier_code = 'H41.24-22-00001234'
