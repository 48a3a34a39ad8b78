-- Reads every timer still to fire, an incident's together.
SELECT incident, clock, kind, fire_at, due, position FROM workflow_timer ORDER BY incident
