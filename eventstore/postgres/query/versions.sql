-- The versions of streams; those that do not exist are left out.
SELECT s.stream, e.version
FROM unnest($1::text[]) AS s (stream)
CROSS JOIN LATERAL (SELECT version FROM events WHERE events.stream = s.stream COLLATE "C" ORDER BY version DESC LIMIT 1) e
