-- +goose Up

-- The head: one row. Whoever appends locks it first, so positions are given out
-- in commit order; the number moves in the transaction that stores the facts, so
-- a refused or lost append leaves no hole. The epoch is made with the ledger and
-- replaced only when a backup is restored over it.
CREATE TABLE head (
    one      BOOLEAN NOT NULL CONSTRAINT head_one PRIMARY KEY CONSTRAINT head_only_one CHECK (one),
    position BIGINT  NOT NULL CONSTRAINT head_not_negative CHECK (position >= 0),
    epoch    TEXT    NOT NULL
);

-- The facts. data is one JSON value as the writer gave it; at is unix
-- microseconds; meta is a JSON object without empty members. The version of a
-- stream is the highest one here: its index answers that in one probe.
CREATE TABLE events (
    position BIGINT NOT NULL CONSTRAINT events_position PRIMARY KEY CONSTRAINT events_from_one CHECK (position > 0),
    stream   TEXT   COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL CONSTRAINT events_version_from_one CHECK (version > 0),
    type     TEXT   COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    data     TEXT   COLLATE "C" NOT NULL,
    meta     TEXT   COLLATE "C" NOT NULL,
    CONSTRAINT events_stream_version UNIQUE (stream, version)
);

-- The keys of appends, for ever. The stream of the answer is that of the fact
-- at first.
CREATE TABLE keys (
    scope   TEXT   COLLATE "C" NOT NULL,
    id      TEXT   COLLATE "C" NOT NULL,
    digest  BYTEA  NOT NULL,
    first   BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT keys_scope_id PRIMARY KEY (scope, id)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are never changed or removed', TG_TABLE_NAME;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keys_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
