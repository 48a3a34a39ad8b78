-- +goose Up

-- Hotline tickets: when the next timer of each fires (unix microseconds; 0: none waits),
-- and who called about what. A fold of the ledger up to the checkpoint of handler
-- "tickets".
CREATE TABLE workflow_ticket (
    ticket TEXT   NOT NULL,
    line   TEXT   NOT NULL,
    fires  BIGINT NOT NULL,
    call   TEXT   NOT NULL,
    CONSTRAINT workflow_ticket_key PRIMARY KEY (ticket)
);
CREATE INDEX workflow_ticket_line ON workflow_ticket (line);
CREATE INDEX workflow_ticket_fires ON workflow_ticket (fires);

-- +goose Down
DROP TABLE workflow_ticket;
