-- Name the epoch of a new ledger.
INSERT INTO ledger (one, epoch) VALUES (1, $1) ON CONFLICT DO NOTHING
