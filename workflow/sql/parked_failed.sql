-- Notes reason $1: a retry of row $2 failed.
UPDATE workflow_parked SET reason = $1, tries = tries + 1 WHERE id = $2
