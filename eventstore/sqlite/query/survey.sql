-- How many facts of each category and type came true on each day, and how many of them
-- began a stream. One walk through the table; nothing is sorted but the groups.
SELECT substr(stream, 1, instr(stream, '-') - 1), type, (at + ?) / 86400000000, count(*), sum(version = 1)
FROM events GROUP BY 1, 2, 3
