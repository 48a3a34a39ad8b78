-- +goose Up

-- How far the library has read the ledger of that epoch.
CREATE TABLE workflow_library (
    id       BIGINT NOT NULL,
    epoch    TEXT   NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT workflow_library_key PRIMARY KEY (id)
);

-- The positions, up to there, of the facts that concern it.
CREATE TABLE workflow_library_fact (
    position BIGINT NOT NULL,
    CONSTRAINT workflow_library_fact_key PRIMARY KEY (position)
);

-- Open incidents with a deadline beyond the published calendar, a fold of the ledger
-- up to the checkpoint of handler "timers", written in the same transaction as it.
CREATE TABLE workflow_undated (
    incident TEXT NOT NULL,
    CONSTRAINT workflow_undated_key PRIMARY KEY (incident)
);

-- Editions of the calendar after which those were reckoned anew, by position.
CREATE TABLE workflow_recomputed (
    epoch    TEXT   NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT workflow_recomputed_key PRIMARY KEY (epoch, position)
);

-- +goose Down
DROP TABLE workflow_recomputed;
DROP TABLE workflow_undated;
DROP TABLE workflow_library_fact;
DROP TABLE workflow_library;
