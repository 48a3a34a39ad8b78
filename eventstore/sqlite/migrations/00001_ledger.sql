-- +goose Up

-- The ledger itself: one row. The epoch is made with it and replaced only when a
-- backup is restored over it.
CREATE TABLE ledger (
    one   INTEGER NOT NULL CONSTRAINT ledger_one PRIMARY KEY CONSTRAINT ledger_only_one CHECK (one = 1),
    epoch TEXT    NOT NULL
) STRICT;

-- The facts. data is one JSON value as the writer gave it; at is unix
-- microseconds; meta is a JSON object without empty members.
CREATE TABLE events (
    position INTEGER NOT NULL CONSTRAINT events_position PRIMARY KEY CONSTRAINT events_from_one CHECK (position > 0),
    stream   TEXT    NOT NULL,
    version  INTEGER NOT NULL CONSTRAINT events_version_from_one CHECK (version > 0),
    type     TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    data     TEXT    NOT NULL,
    meta     TEXT    NOT NULL,
    CONSTRAINT events_stream_version UNIQUE (stream, version)
) STRICT;

-- The keys of appends, for ever. The stream of the answer is that of the fact
-- at first.
CREATE TABLE keys (
    scope   TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    digest  BLOB    NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT keys_scope_id PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER events_last BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'a fact is never removed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER keys_stay BEFORE UPDATE ON keys
BEGIN SELECT RAISE(ABORT, 'a key is never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER keys_last BEFORE DELETE ON keys
BEGIN SELECT RAISE(ABORT, 'a key is never removed'); END;
-- +goose StatementEnd
