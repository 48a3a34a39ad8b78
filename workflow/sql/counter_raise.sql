-- Makes counter $1 stand at $2 at least.
INSERT INTO workflow_counter AS c (name, last) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE c.last < excluded.last
