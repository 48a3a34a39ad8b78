-- Add a fact. A position or a version that is taken is an error of the program:
-- the writer has judged the append before.
INSERT INTO events (position, stream, version, type, at, data, meta) VALUES ($1, $2, $3, $4, $5, $6, $7)
