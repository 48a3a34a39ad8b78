-- The key remembered last; no row: there is none.
SELECT first, last FROM keys ORDER BY first DESC LIMIT 1
