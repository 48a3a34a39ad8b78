-- The position of the last fact.
SELECT position FROM head
