CREATE TABLE casebook_rows (
	first          BIGINT NOT NULL PRIMARY KEY,
	id             TEXT   NOT NULL,
	number         TEXT   NOT NULL,
	reported_at    BIGINT NOT NULL,
	reported_by    TEXT   NOT NULL,
	source         TEXT   NOT NULL,
	status         TEXT   NOT NULL,
	stage          TEXT   NOT NULL,
	tier           TEXT   NOT NULL,
	street         TEXT   NOT NULL,
	community      TEXT   NOT NULL,
	seen_district  TEXT   NOT NULL,
	seen_street    TEXT   NOT NULL,
	seen_community TEXT   NOT NULL,
	holder         TEXT   NOT NULL,
	matter         TEXT   NOT NULL,
	matter_code    TEXT   NOT NULL,
	lamp           TEXT   NOT NULL,
	overdue        BIGINT NOT NULL,
	accepted       BIGINT NOT NULL,
	suspended      BIGINT NOT NULL,
	difficult      BIGINT NOT NULL,
	flags          TEXT   NOT NULL,
	text           TEXT   NOT NULL,
	lng            BIGINT,
	lat            BIGINT,
	updated_at     BIGINT NOT NULL,
	due            BIGINT NOT NULL,
	closed_at      BIGINT NOT NULL
);
CREATE INDEX casebook_rows_number      ON casebook_rows (number, first);
CREATE INDEX casebook_rows_reported_at ON casebook_rows (reported_at, first);
CREATE INDEX casebook_rows_updated_at  ON casebook_rows (updated_at, first);
CREATE INDEX casebook_rows_due         ON casebook_rows (due, first);
CREATE INDEX casebook_rows_holder      ON casebook_rows (holder);
CREATE INDEX casebook_rows_near        ON casebook_rows (matter, lat, lng);
CREATE TABLE casebook_asked (
	first BIGINT NOT NULL PRIMARY KEY,
	id    TEXT   NOT NULL
);
CREATE TABLE casebook_held (
	unit  TEXT   NOT NULL,
	first BIGINT NOT NULL,
	PRIMARY KEY (unit, first)
) WITHOUT ROWID;
CREATE TABLE casebook_grams (
	gram  BIGINT NOT NULL,
	first BIGINT NOT NULL,
	PRIMARY KEY (gram, first)
) WITHOUT ROWID;
