-- The next facts of one stream after a version, oldest first.
SELECT position, stream, version, type, at, data, meta FROM events
WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3
