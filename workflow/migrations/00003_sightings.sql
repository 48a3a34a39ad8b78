-- +goose Up

-- Incidents that were closed not long ago, to know the same again: a fold of the
-- ledger up to the checkpoint of handler "recurrences", written with it. times says
-- which time this one was; closed_at is unix microseconds.
CREATE TABLE workflow_closing (
    incident  TEXT             NOT NULL,
    number    TEXT             NOT NULL,
    matter    TEXT             NOT NULL,
    lng       DOUBLE PRECISION NOT NULL,
    lat       DOUBLE PRECISION NOT NULL,
    closed_at BIGINT           NOT NULL,
    position  BIGINT           NOT NULL,
    times     BIGINT           NOT NULL,
    CONSTRAINT workflow_closing_key PRIMARY KEY (incident)
);

-- Which incident showed which photo first, and when: before, after or beside the
-- handling. A fold like the one above.
CREATE TABLE workflow_photo (
    photo    TEXT   NOT NULL,
    incident TEXT   NOT NULL,
    shows    TEXT   NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT workflow_photo_key PRIMARY KEY (photo, incident, shows)
);

-- +goose Down
DROP TABLE workflow_photo;
DROP TABLE workflow_closing;
