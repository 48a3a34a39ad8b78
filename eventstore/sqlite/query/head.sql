-- The position of the last fact, 0 when there is none.
SELECT coalesce(max(position), 0) FROM events
