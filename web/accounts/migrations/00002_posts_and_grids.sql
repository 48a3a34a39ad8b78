-- +goose Up
-- What a person does at a desk, and the grids that an inspector walks: codes joined by commas.
-- Empty: every post, and every grid of the community.
ALTER TABLE accounts ADD COLUMN posts TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN grids TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE accounts DROP COLUMN grids;
ALTER TABLE accounts DROP COLUMN posts;
