-- +goose Up

-- How far each handler is: every fact of the ledger of that epoch up to position
-- is done with.
CREATE TABLE workflow_checkpoint (
    handler  TEXT   NOT NULL,
    epoch    TEXT   NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT workflow_checkpoint_key PRIMARY KEY (handler)
);

-- Timers still to fire, a fold of the ledger up to the checkpoint of handler
-- "timers", written in the same transaction as it. Times are unix microseconds.
CREATE TABLE workflow_timer (
    incident TEXT   NOT NULL,
    clock    TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    fire_at  BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT workflow_timer_key PRIMARY KEY (incident, clock, kind)
);

-- Facts (and timers, whose text is in detail) that a handler could not cope with,
-- and those of the same incident that wait behind them.
CREATE TABLE workflow_parked (
    id        BIGINT NOT NULL,
    handler   TEXT   NOT NULL,
    incident  TEXT   NOT NULL,
    position  BIGINT NOT NULL,
    type      TEXT   NOT NULL,
    detail    TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    parked_at BIGINT NOT NULL,
    tries     BIGINT NOT NULL,
    CONSTRAINT workflow_parked_key PRIMARY KEY (id),
    CONSTRAINT workflow_parked_once UNIQUE (handler, position, detail)
);
CREATE INDEX workflow_parked_incident ON workflow_parked (handler, incident, position);

-- Numbers given out: of a day's incidents ("number:20261123"), of parked rows
-- ("parked"); and how much of the ledger was searched for numbers ("searched").
CREATE TABLE workflow_counter (
    name TEXT   NOT NULL,
    last BIGINT NOT NULL,
    CONSTRAINT workflow_counter_key PRIMARY KEY (name)
);

-- +goose Down
DROP TABLE workflow_counter;
DROP TABLE workflow_parked;
DROP TABLE workflow_timer;
DROP TABLE workflow_checkpoint;
