-- Reads everything that is parked, in the ledger's order.
SELECT id, handler, incident, position, type, detail, reason, parked_at, tries FROM workflow_parked ORDER BY position, id
