-- Moves the checkpoint of handler $1 to position $3 of the ledger of epoch $2.
INSERT INTO workflow_checkpoint (handler, epoch, position) VALUES ($1, $2, $3)
ON CONFLICT (handler) DO UPDATE SET epoch = excluded.epoch, position = excluded.position
