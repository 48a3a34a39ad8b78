-- Hotline tickets as they stand. A confidential caller's words are not among those searched. came is microseconds, late: the city's clock or the internal one ran out, contact: the caller was not called in time.
CREATE TABLE tickets (
	id        TEXT   NOT NULL PRIMARY KEY,
	number    TEXT   NOT NULL,
	kind      TEXT   NOT NULL,
	stage     TEXT   NOT NULL,
	came      BIGINT NOT NULL,
	late      INTEGER NOT NULL,
	contact   INTEGER NOT NULL,
	line      TEXT   NOT NULL,
	incident  TEXT   NOT NULL,
	street    TEXT   NOT NULL,
	searched  TEXT   NOT NULL,
	data      TEXT   NOT NULL
);
CREATE INDEX tickets_came     ON tickets (came, id);
CREATE INDEX tickets_line     ON tickets (line);
CREATE INDEX tickets_incident ON tickets (incident);
CREATE INDEX tickets_street   ON tickets (street, came);

-- Where the tickets of a merged incident went with it.
CREATE TABLE tickets_merged (
	incident TEXT NOT NULL PRIMARY KEY,
	target   TEXT NOT NULL
);
CREATE INDEX tickets_merged_target ON tickets_merged (target);
