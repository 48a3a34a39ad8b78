-- +goose Up

-- One row for each epoch that was sealed: a restored ledger begins a new log. The
-- origin is the first line of its checkpoints and the name of its key; key is the
-- public key as C2SP writes one. suspect is a position whose fact was found changed
-- beneath the seal: nothing is sealed until it is as it was (0: none).
CREATE TABLE seal_log (
    id      BIGINT NOT NULL CONSTRAINT seal_log_id PRIMARY KEY,
    epoch   TEXT   NOT NULL CONSTRAINT seal_log_epoch UNIQUE,
    origin  TEXT   NOT NULL,
    suite   TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    begun   BIGINT NOT NULL,
    suspect BIGINT NOT NULL
);

-- The tree. Tile n of level l holds the hashes of the complete subtrees of 256^l
-- leaves, 256 in a tile, 32 bytes each; level 0 are the leaves. Only the last tile of
-- a level is not full.
CREATE TABLE seal_tile (
    log    BIGINT NOT NULL,
    level  BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    hashes BLOB   NOT NULL,
    CONSTRAINT seal_tile_place PRIMARY KEY (log, level, n)
);

-- Every checkpoint that was signed, never rewritten. Its note is made of the origin,
-- the size, the root and the signature.
CREATE TABLE seal_checkpoint (
    log       BIGINT NOT NULL,
    size      BIGINT NOT NULL CONSTRAINT seal_checkpoint_size CHECK (size > 0),
    root      BLOB   NOT NULL,
    signature BLOB   NOT NULL,
    at        BIGINT NOT NULL,
    CONSTRAINT seal_checkpoint_once PRIMARY KEY (log, size)
);
