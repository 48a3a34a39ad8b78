-- Notes that incident $1 was closed, or what is known now of a closing noted before.
INSERT INTO workflow_closing (incident, number, matter, lng, lat, closed_at, position, times)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (incident) DO UPDATE SET
    number = excluded.number, matter = excluded.matter, lng = excluded.lng, lat = excluded.lat,
    closed_at = excluded.closed_at, position = excluded.position, times = excluded.times
