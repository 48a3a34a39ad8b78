-- Notes of ticket $1 its caller's line $2, when its next timer fires $3 and its call $4.
INSERT INTO workflow_ticket (ticket, line, fires, call) VALUES ($1, $2, $3, $4)
ON CONFLICT (ticket) DO UPDATE SET line = excluded.line, fires = excluded.fires, call = excluded.call
