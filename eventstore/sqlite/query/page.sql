-- The next facts after a position, in order.
SELECT position, stream, version, type, at, data, meta FROM events WHERE position > $1 ORDER BY position LIMIT $2
