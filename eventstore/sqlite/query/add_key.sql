-- Remember a key. No row is added when it is known already.
INSERT INTO keys (scope, id, digest, first, last, version) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
