-- Notes that a reckoning followed an edition of the calendar.
INSERT INTO workflow_recomputed (epoch, position) VALUES ($1, $2) ON CONFLICT (epoch, position) DO NOTHING
