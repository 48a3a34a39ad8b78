-- Takes $2 numbers of counter $1 and returns the last of them. Two processes
-- never get the same: the row is locked by the first.
INSERT INTO workflow_counter AS c (name, last) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET last = c.last + excluded.last
RETURNING last
