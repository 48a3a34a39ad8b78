-- Who is on duty: the last roster of each shift.
CREATE TABLE duty_turns (
	desk  TEXT NOT NULL,
	day   TEXT NOT NULL,
	shift TEXT NOT NULL,
	data  TEXT NOT NULL,
	PRIMARY KEY (desk, day, shift)
);

-- Each change of shifts with its sheet and signatures.
CREATE TABLE duty_handovers (
	id     TEXT   NOT NULL PRIMARY KEY,
	desk   TEXT   NOT NULL,
	moment BIGINT NOT NULL,
	data   TEXT   NOT NULL
);
CREATE INDEX duty_handovers_desk ON duty_handovers (desk, moment);

-- Each inspector's day: community, name of the post, stints.
CREATE TABLE duty_patrols (
	inspector TEXT   NOT NULL,
	day       TEXT   NOT NULL,
	unit      TEXT   NOT NULL,
	stints    TEXT   NOT NULL,
	fixes     BIGINT NOT NULL,
	last      BIGINT NOT NULL,
	PRIMARY KEY (inspector, day)
);
CREATE INDEX duty_patrols_day ON duty_patrols (day, unit);

-- Where inspectors were: degrees times ten million, accuracy in centimetres.
CREATE TABLE duty_fixes (
	inspector TEXT   NOT NULL,
	day       TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	lng       BIGINT NOT NULL,
	lat       BIGINT NOT NULL,
	accuracy  BIGINT NOT NULL,
	grid      TEXT   NOT NULL,
	PRIMARY KEY (inspector, day, at)
);

-- What each inspector walked of each grid on a day.
CREATE TABLE duty_coverage (
	day       TEXT   NOT NULL,
	grid      TEXT   NOT NULL,
	inspector TEXT   NOT NULL,
	visits    BIGINT NOT NULL,
	seconds   BIGINT NOT NULL,
	first     BIGINT NOT NULL,
	last      BIGINT NOT NULL,
	PRIMARY KEY (day, grid, inspector)
);
CREATE INDEX duty_coverage_inspector ON duty_coverage (inspector, day);

-- Campaigns, and their grids with the last answer (at 0: none yet).
CREATE TABLE duty_campaigns (
	id       TEXT   NOT NULL PRIMARY KEY,
	launched BIGINT NOT NULL,
	begins   BIGINT NOT NULL,
	until    BIGINT NOT NULL,
	ended    BIGINT NOT NULL,
	data     TEXT   NOT NULL
);
CREATE INDEX duty_campaigns_until ON duty_campaigns (until);
CREATE TABLE duty_campaign_grids (
	id        TEXT   NOT NULL,
	grid      TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	incidents BIGINT NOT NULL,
	data      TEXT   NOT NULL,
	PRIMARY KEY (id, grid)
);
CREATE INDEX duty_campaign_grids_grid ON duty_campaign_grids (grid, at);
