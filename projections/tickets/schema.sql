-- Hotline tickets as they stand. A confidential caller's words are not among those searched. came and owed are microseconds; owed: when the first of what is still owed is due, the greatest number where nothing is. late says which clocks ran out (1 the city's, 2 the internal one, 4 the first call's), marks that it contradicts itself (1) or is a repeat complaint (2). street is that of the incident, place the ticket's own.
CREATE TABLE tickets (
	id        TEXT   NOT NULL PRIMARY KEY,
	number    TEXT   NOT NULL,
	kind      TEXT   NOT NULL,
	stage     TEXT   NOT NULL,
	came      BIGINT NOT NULL,
	owed      BIGINT NOT NULL,
	late      INTEGER NOT NULL,
	marks     INTEGER NOT NULL,
	line      TEXT   NOT NULL,
	incident  TEXT   NOT NULL,
	street    TEXT   NOT NULL,
	place     TEXT   NOT NULL,
	searched  TEXT   NOT NULL,
	data      TEXT   NOT NULL
);
CREATE INDEX tickets_came     ON tickets (came, id);
CREATE INDEX tickets_owed     ON tickets (owed, id);
CREATE INDEX tickets_line     ON tickets (line);
CREATE INDEX tickets_incident ON tickets (incident);
CREATE INDEX tickets_street   ON tickets (street, came);

-- Where the tickets of a merged incident went with it.
CREATE TABLE tickets_merged (
	incident TEXT NOT NULL PRIMARY KEY,
	target   TEXT NOT NULL
);
CREATE INDEX tickets_merged_target ON tickets_merged (target);
