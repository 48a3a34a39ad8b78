-- The calls from line $1.
SELECT call FROM workflow_ticket WHERE line = $1
