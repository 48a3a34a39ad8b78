-- Every count, in the order of the facts, packed by day in chunks of so many (pack.go). changed: position of the last fact in it.
CREATE TABLE tally_chunks (
	day     TEXT   NOT NULL,
	chunk   BIGINT NOT NULL,
	n       BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	data    BLOB   NOT NULL,
	PRIMARY KEY (day, chunk)
);
CREATE INDEX tally_chunks_changed ON tally_chunks (changed);

-- The words that chunks name by number, in the order in which they were first used.
CREATE TABLE tally_words (
	id   BIGINT NOT NULL PRIMARY KEY,
	word TEXT   NOT NULL
);

-- What was counted, by the position of its first fact. sight 0: no point, 1: lng and lat (degrees by 1e9), 2: for the district's eyes only.
CREATE TABLE tally_subjects (
	first   BIGINT NOT NULL PRIMARY KEY,
	changed BIGINT NOT NULL,
	kind    TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	number  TEXT   NOT NULL,
	sight   BIGINT NOT NULL,
	lng     BIGINT NOT NULL,
	lat     BIGINT NOT NULL
);
CREATE INDEX tally_subjects_changed ON tally_subjects (changed);

-- Tickets as the rules know them.
CREATE TABLE tally_tickets (
	id    TEXT   NOT NULL PRIMARY KEY,
	first BIGINT NOT NULL,
	data  TEXT   NOT NULL
);

-- Grids that were walked on a day.
CREATE TABLE tally_walked (
	day  TEXT NOT NULL,
	grid TEXT NOT NULL,
	PRIMARY KEY (day, grid)
) WITHOUT ROWID;

CREATE TABLE tally_exchanges (
	year      BIGINT NOT NULL,
	matter    TEXT   NOT NULL,
	from_unit TEXT   NOT NULL,
	to_unit   TEXT   NOT NULL,
	n         BIGINT NOT NULL,
	PRIMARY KEY (year, matter, from_unit, to_unit)
) WITHOUT ROWID;
CREATE TABLE tally_settled (
	day       TEXT   NOT NULL,
	street    TEXT   NOT NULL,
	community TEXT   NOT NULL,
	matter    TEXT   NOT NULL,
	unit      TEXT   NOT NULL,
	handler   TEXT   NOT NULL,
	n         BIGINT NOT NULL,
	PRIMARY KEY (day, street, community, matter, unit, handler)
) WITHOUT ROWID;
