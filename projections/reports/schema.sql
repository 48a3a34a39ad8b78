-- What later facts need of an incident's earlier ones, and no file keeps: who acted, and how its last handling went.
CREATE TABLE reports_memos (
	id   TEXT NOT NULL PRIMARY KEY,
	data TEXT NOT NULL
);
-- Acts that take an incident off its clock, or change what it is. Moments are microseconds. The margin is how long the nearest clock had
-- left when it was done or asked for, less than nothing where one had expired.
CREATE TABLE reports_acts (
	position BIGINT NOT NULL PRIMARY KEY,
	id       TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	kind     TEXT   NOT NULL,
	margin   BIGINT NOT NULL,
	data     TEXT   NOT NULL
);
CREATE INDEX reports_acts_at ON reports_acts (at);
-- Incidents that stand still now.
CREATE TABLE reports_stock (
	id    TEXT   NOT NULL PRIMARY KEY,
	since BIGINT NOT NULL,
	data  TEXT   NOT NULL
);
-- Closed incidents that came back: reopened, found false, recurring, complained about again.
CREATE TABLE reports_returned (
	position BIGINT NOT NULL,
	id       TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	data     TEXT   NOT NULL,
	PRIMARY KEY (position, id)
);
CREATE INDEX reports_returned_at ON reports_returned (at);
-- Closes of incidents at which one person had more than one part.
CREATE TABLE reports_hands (
	position BIGINT NOT NULL,
	person   TEXT   NOT NULL,
	id       TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	data     TEXT   NOT NULL,
	PRIMARY KEY (position, person)
);
CREATE INDEX reports_hands_at ON reports_hands (at);
-- Who was shown a caller's name and telephone.
CREATE TABLE reports_views (
	position BIGINT NOT NULL PRIMARY KEY,
	kind     TEXT   NOT NULL,
	id       TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	data     TEXT   NOT NULL
);
CREATE INDEX reports_views_at ON reports_views (at);
-- What is known of a ticket: its number, and the incident it is about.
CREATE TABLE reports_tickets (
	id   TEXT NOT NULL PRIMARY KEY,
	data TEXT NOT NULL
);
