-- Store a batch; answers each append of it in order. See the function's own
-- comment in the migrations. Fails as a whole only when the database does.
SELECT n, outcome, first, last, stream, version
FROM append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
