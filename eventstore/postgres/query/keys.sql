-- The next keys after a position, in the order of their facts.
SELECT scope, id, digest, first, last, version FROM keys WHERE first > $1 ORDER BY first LIMIT $2
