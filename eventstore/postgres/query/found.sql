-- Make the head of a new ledger. The first to come names the epoch.
INSERT INTO head (one, position, epoch) VALUES (true, 0, $1) ON CONFLICT DO NOTHING
