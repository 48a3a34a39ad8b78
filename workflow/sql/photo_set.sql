-- Notes that incident $2 showed photo $1. Only the first time counts; noting it again
-- (the program died before its checkpoint moved) changes nothing.
INSERT INTO workflow_photo (photo, incident, shows, position) VALUES ($1, $2, $3, $4)
ON CONFLICT (photo, incident, shows) DO NOTHING
