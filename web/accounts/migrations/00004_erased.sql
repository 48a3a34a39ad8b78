-- +goose Up
-- Which references stand for nobody any more, so that a copy made before does not bring
-- anybody back. A reference is random and says nothing of whom it stood for.
CREATE TABLE caller_erased (
    subject TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    CONSTRAINT caller_erased_subject PRIMARY KEY (subject)
);

-- +goose Down
DROP TABLE caller_erased;
