-- +goose Up
-- By what a caller is found again: a keyed hash of name and telephone, or of the telephone alone,
-- and the random reference that stands for it.
CREATE TABLE caller_marks (
    mark      BLOB NOT NULL,
    reference TEXT NOT NULL,
    CONSTRAINT caller_marks_mark PRIMARY KEY (mark)
);
CREATE INDEX caller_marks_reference ON caller_marks (reference);
CREATE TABLE caller_mark_key (
    one BIGINT NOT NULL,
    key BLOB   NOT NULL,
    CONSTRAINT caller_mark_key_one PRIMARY KEY (one)
);

-- +goose Down
DROP TABLE caller_mark_key;
DROP TABLE caller_marks;
