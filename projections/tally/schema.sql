CREATE TABLE tally_cells (
	day       TEXT   NOT NULL,
	street    TEXT   NOT NULL,
	community TEXT   NOT NULL,
	unit      TEXT   NOT NULL,
	matter    TEXT   NOT NULL,
	source    TEXT   NOT NULL,
	tier      TEXT   NOT NULL,
	figure    TEXT   NOT NULL,
	n         BIGINT NOT NULL,
	PRIMARY KEY (day, street, community, unit, matter, source, tier, figure)
) WITHOUT ROWID;
CREATE TABLE tally_stock (
	day       TEXT   NOT NULL,
	street    TEXT   NOT NULL,
	community TEXT   NOT NULL,
	unit      TEXT   NOT NULL,
	matter    TEXT   NOT NULL,
	source    TEXT   NOT NULL,
	tier      TEXT   NOT NULL,
	figure    TEXT   NOT NULL,
	n         BIGINT NOT NULL,
	PRIMARY KEY (day, street, community, unit, matter, source, tier, figure)
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
