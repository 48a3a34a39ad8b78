-- How many facts of each category and type came true on each day, and how many of them
-- began a stream. Facts in detached partitions are not here.
SELECT split_part(stream, '-', 1), type, (at + $1::bigint) / 86400000000, count(*), count(*) FILTER (WHERE version = 1)
FROM events GROUP BY 1, 2, 3
