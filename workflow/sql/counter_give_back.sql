-- Puts counter $2 back to $1 from $3, unless somebody took numbers since.
UPDATE workflow_counter SET last = $1 WHERE name = $2 AND last = $3
