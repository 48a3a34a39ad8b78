-- What was answered to a key. No row means that the key is new.
SELECT k.digest, k.first, k.last, e.stream, k.version FROM keys k JOIN events e ON e.position = k.first
WHERE k.scope = $1 AND k.id = $2
