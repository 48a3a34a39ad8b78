-- Notes how far the library has read the ledger of an epoch; it never goes back.
INSERT INTO workflow_library (id, epoch, position) VALUES (1, $1, $2)
ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, position =
    CASE WHEN workflow_library.epoch = excluded.epoch AND workflow_library.position > excluded.position
         THEN workflow_library.position ELSE excluded.position END
