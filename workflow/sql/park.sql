-- Parks a fact. Parking it again (the program died before its checkpoint moved)
-- changes nothing.
INSERT INTO workflow_parked (id, handler, incident, position, type, detail, reason, parked_at, tries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
ON CONFLICT (handler, position, detail) DO NOTHING
