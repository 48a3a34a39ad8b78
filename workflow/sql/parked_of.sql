-- Reads what one handler has parked of one incident, in the ledger's order.
SELECT id, handler, incident, position, type, detail, reason, parked_at, tries FROM workflow_parked
WHERE handler = $1 AND incident = $2 ORDER BY position, id
