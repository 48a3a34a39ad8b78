-- Every ticket with a timer that waits, and when it fires.
SELECT ticket, fires FROM workflow_ticket WHERE fires > 0
