-- Reads every timer still to fire, an incident's together and the next first.
SELECT incident, clock, kind, fire_at, due, position FROM workflow_timer ORDER BY incident, fire_at, kind DESC
