CREATE TABLE casebook_rows (
	first    BIGINT NOT NULL PRIMARY KEY,
	position BIGINT NOT NULL,
	entry    TEXT   NOT NULL
) WITHOUT ROWID;
CREATE INDEX casebook_rows_position ON casebook_rows (position);
