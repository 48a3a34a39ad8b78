-- Who showed photo $1, the first first.
SELECT incident, shows, position FROM workflow_photo WHERE photo = $1 ORDER BY position
