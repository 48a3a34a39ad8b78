-- +goose Up
-- Sentences that a unit keeps for its own use, beside those of the district. kind is what a
-- sentence is for; matter is scheme/kind/code, empty for any.
CREATE TABLE phrases (
    id         TEXT   NOT NULL,
    unit       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    matter     TEXT   NOT NULL DEFAULT '',
    text       TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT phrases_id PRIMARY KEY (id),
    CONSTRAINT phrases_once UNIQUE (unit, kind, matter, text)
);

-- +goose Down
DROP TABLE phrases;
