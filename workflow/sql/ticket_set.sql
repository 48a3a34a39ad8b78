-- Notes of ticket $1 its caller's line $2, when its next timer fires $3, its call $4 and
-- whether it has an end beyond the published calendar $5.
INSERT INTO workflow_ticket (ticket, line, fires, call, undated) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (ticket) DO UPDATE SET line = excluded.line, fires = excluded.fires, call = excluded.call, undated = excluded.undated
