-- +goose Up
-- Who uploaded which photo. The file is named by its SHA-256, so two people may have the same one.
CREATE TABLE photo_uploads (
    photo    TEXT   NOT NULL,
    uploader TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    CONSTRAINT photo_uploads_key PRIMARY KEY (photo, uploader)
);

-- Which incidents may name a photo. A row is written before the command is given, so it may stand
-- for a command that was refused: the incident itself is asked before anything is shown.
CREATE TABLE photo_uses (
    photo    TEXT NOT NULL,
    incident TEXT NOT NULL,
    CONSTRAINT photo_uses_key PRIMARY KEY (photo, incident)
);

-- +goose Down
DROP TABLE photo_uses;
DROP TABLE photo_uploads;
