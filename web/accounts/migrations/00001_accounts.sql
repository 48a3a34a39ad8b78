-- +goose Up
-- Who may log in. A password is kept as an argon2id line; disabled_at 0 means the account is in use.
CREATE TABLE accounts (
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    unit        TEXT   NOT NULL,
    password    TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT accounts_name PRIMARY KEY (name)
);

-- Who is logged in. Only the hash of a token is kept, so that a copy of this file opens nothing.
CREATE TABLE sessions (
    hash       BLOB   NOT NULL,
    id         TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT sessions_hash PRIMARY KEY (hash),
    CONSTRAINT sessions_id UNIQUE (id)
);
CREATE INDEX sessions_account ON sessions (account);

-- Tickets that open one websocket each. Redeeming one deletes it.
CREATE TABLE live_tickets (
    hash       BLOB   NOT NULL,
    session    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT live_tickets_hash PRIMARY KEY (hash)
);

-- Callers' names and phones, each sealed under a key of its own.
CREATE TABLE callers (
    subject    TEXT   NOT NULL,
    name       BLOB   NOT NULL,
    phone      BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT callers_subject PRIMARY KEY (subject)
);

-- The keys stand apart from what they open. A caller without a key is erased.
CREATE TABLE caller_keys (
    subject TEXT NOT NULL,
    key     BLOB NOT NULL,
    CONSTRAINT caller_keys_subject PRIMARY KEY (subject)
);

-- +goose Down
DROP TABLE caller_keys;
DROP TABLE callers;
DROP TABLE live_tickets;
DROP TABLE sessions;
DROP TABLE accounts;
