-- Every ticket with an end beyond the published calendar.
SELECT ticket FROM workflow_ticket WHERE undated = 1 ORDER BY ticket
