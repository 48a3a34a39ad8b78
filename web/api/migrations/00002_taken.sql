-- +goose Up
-- When and where a picture was taken, as it said itself before it was re-encoded; null: it did not
-- say. Nobody is shown this: it only tells whether a report's photo was taken there and then.
ALTER TABLE photo_uploads ADD COLUMN taken_at BIGINT;
ALTER TABLE photo_uploads ADD COLUMN taken_lng DOUBLE PRECISION;
ALTER TABLE photo_uploads ADD COLUMN taken_lat DOUBLE PRECISION;

-- +goose Down
ALTER TABLE photo_uploads DROP COLUMN taken_lat;
ALTER TABLE photo_uploads DROP COLUMN taken_lng;
ALTER TABLE photo_uploads DROP COLUMN taken_at;
