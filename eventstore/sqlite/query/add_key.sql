-- Remember a key. No row is added when its name is known already; its place never is.
INSERT INTO keys (scope, id, digest, first, last, version) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scope, id) DO NOTHING
