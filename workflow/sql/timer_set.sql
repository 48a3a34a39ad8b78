-- Notes a timer still to fire.
INSERT INTO workflow_timer (incident, clock, kind, fire_at, due, position) VALUES ($1, $2, $3, $4, $5, $6)
