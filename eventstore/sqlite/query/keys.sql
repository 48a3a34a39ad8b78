-- The next keys after a position, in the order of the facts they stand for.
SELECT scope, id, digest, first, last, version FROM keys WHERE first > $1 ORDER BY first LIMIT $2
