-- Every closing that is remembered.
SELECT incident, number, matter, lng, lat, closed_at, position, times FROM workflow_closing
