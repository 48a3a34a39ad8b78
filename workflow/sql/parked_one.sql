-- Reads one parked row.
SELECT id, handler, incident, position, type, detail, reason, parked_at, tries FROM workflow_parked WHERE id = $1
