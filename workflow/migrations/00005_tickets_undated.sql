-- +goose Up

-- Whether a ticket has an end beyond the published calendar, to be reckoned when that is.
ALTER TABLE workflow_ticket ADD COLUMN undated INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE workflow_ticket DROP COLUMN undated;
