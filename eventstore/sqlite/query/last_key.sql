-- Where the facts of the last key begin and end. No row means that there is no key.
SELECT first, last FROM keys ORDER BY first DESC LIMIT 1
