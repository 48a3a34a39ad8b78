-- +goose Up

-- Keys lie in the order of the facts they stand for, so that they are copied page by
-- page, and only their names are spread over an index.
DROP TRIGGER keys_stay;
DROP TRIGGER keys_last;
ALTER TABLE keys RENAME TO keys_by_name;

CREATE TABLE keys (
    first   INTEGER NOT NULL CONSTRAINT keys_first PRIMARY KEY,
    last    INTEGER NOT NULL,
    version INTEGER NOT NULL,
    digest  BLOB    NOT NULL,
    scope   TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    CONSTRAINT keys_scope_id UNIQUE (scope, id)
) STRICT;

INSERT INTO keys (first, last, version, digest, scope, id)
SELECT first, last, version, digest, scope, id FROM keys_by_name ORDER BY first;

DROP TABLE keys_by_name;

-- +goose StatementBegin
CREATE TRIGGER keys_stay BEFORE UPDATE ON keys
BEGIN SELECT RAISE(ABORT, 'a key is never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER keys_last BEFORE DELETE ON keys
BEGIN SELECT RAISE(ABORT, 'a key is never removed'); END;
-- +goose StatementEnd
