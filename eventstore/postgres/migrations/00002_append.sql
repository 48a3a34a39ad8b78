-- +goose Up

-- append judges and stores a whole batch in one call and answers each append of
-- it. The caller sees to it that no stream and no key comes twice in one batch.
--
-- It locks the head first and reads after. Under READ COMMITTED every statement
-- of a plpgsql function sees what was committed before that statement began, so
-- the second one sees all that the previous holder of the lock has stored; one
-- single statement that locks and reads would look at a snapshot from before.
--
-- The batch comes as columns of three tables:
--
--     appends  scope, id ('' for no key), digest, facts (how many), meta
--     writes   of which append, stream, expect (-1 any, -2 exists, else the exact version), facts
--     drafts   of which write, place in the append (from 0), place in the write (from 1), type, at, data
--
-- Outcomes: "stored" and "replayed" with the result; "reused" for a key that
-- came with another digest; "conflict" with the first write's stream that is
-- not as expected, and the version it has.
-- +goose StatementBegin
CREATE FUNCTION append(
    a_scope text[], a_id text[], a_digest bytea[], a_facts bigint[], a_meta text[],
    w_append bigint[], w_stream text[], w_expect bigint[], w_facts bigint[],
    d_write bigint[], d_in_append bigint[], d_in_write bigint[], d_type text[], d_at bigint[], d_data text[])
RETURNS TABLE (n bigint, outcome text, first bigint, last bigint, stream text, version bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET enable_seqscan = off -- the plan is kept, and made when the tables are still small
SET jit = off -- a plan whose cost is that of a forbidden scan would be compiled at every call
AS $$
#variable_conflict use_column
DECLARE
    base bigint;
    moved bigint;
BEGIN
    SELECT position INTO STRICT base FROM head FOR UPDATE;

    RETURN QUERY
    WITH writes AS MATERIALIZED (
        SELECT w.n, w.append, w.stream, w.expect, w.facts, coalesce(there.version, 0) AS have
        FROM unnest(w_append, w_stream, w_expect, w_facts) WITH ORDINALITY AS w (append, stream, expect, facts, n)
        LEFT JOIN LATERAL (
            SELECT e.version FROM events e WHERE e.stream = w.stream ORDER BY e.version DESC LIMIT 1
        ) there ON true
    ), conflicts AS (
        SELECT DISTINCT ON (append) append, stream, have
        FROM writes
        WHERE NOT CASE expect WHEN -1 THEN true WHEN -2 THEN have > 0 ELSE have = expect END
        ORDER BY append, n
    ), judged AS MATERIALIZED (
        SELECT a.n, a.scope, a.id, a.digest, a.facts, a.meta,
            k.first, k.last, k.version, k.digest AS known, c.stream AS conflict, c.have,
            k.digest IS NULL AND c.append IS NULL AS good
        FROM unnest(a_scope, a_id, a_digest, a_facts, a_meta) WITH ORDINALITY AS a (scope, id, digest, facts, meta, n)
        LEFT JOIN LATERAL (
            SELECT * FROM keys WHERE a.id <> '' AND keys.scope = a.scope AND keys.id = a.id LIMIT 1
        ) k ON true
        LEFT JOIN conflicts c ON c.append = a.n
    ), heads AS MATERIALIZED ( -- the first write of each append, whose stream the result names
        SELECT DISTINCT ON (append) append, stream, have + facts AS version FROM writes ORDER BY append, n
    ), placed AS MATERIALIZED (
        SELECT j.n, j.scope, j.id, j.digest, j.meta, h.stream, h.version,
            base + sum(j.facts) OVER (ORDER BY j.n)::bigint - j.facts + 1 AS first,
            base + sum(j.facts) OVER (ORDER BY j.n)::bigint AS last
        FROM judged j JOIN heads h ON h.append = j.n
        WHERE j.good
    ), stored AS (
        INSERT INTO events (position, stream, version, type, at, data, meta)
        SELECT p.first + d.in_append, w.stream, w.have + d.in_write, d.type, d.at, d.data, p.meta
        FROM unnest(d_write, d_in_append, d_in_write, d_type, d_at, d_data) AS d (write, in_append, in_write, type, at, data)
        JOIN writes w ON w.n = d.write
        JOIN placed p ON p.n = w.append
        ORDER BY 1
    ), remembered AS (
        INSERT INTO keys (scope, id, digest, first, last, version)
        SELECT p.scope, p.id, p.digest, p.first, p.last, p.version FROM placed p WHERE p.id <> ''
    )
    SELECT j.n,
        CASE WHEN j.good THEN 'stored' WHEN j.known = j.digest THEN 'replayed' WHEN j.known IS NOT NULL THEN 'reused' ELSE 'conflict' END,
        coalesce(p.first, j.first, 0), coalesce(p.last, j.last, 0),
        CASE WHEN j.good THEN p.stream WHEN j.known IS NOT NULL THEN (SELECT e.stream FROM events e WHERE e.position = j.first) ELSE j.conflict END,
        CASE WHEN j.good THEN p.version WHEN j.known IS NOT NULL THEN j.version ELSE j.have END
    FROM judged j LEFT JOIN placed p ON p.n = j.n
    ORDER BY j.n;

    SELECT coalesce(max(e.position), 0) INTO moved FROM events e WHERE e.position > base;
    IF moved > base THEN
        UPDATE head SET position = moved;
        PERFORM pg_notify('gridcommand_ledger', moved::text);
    END IF;
END
$$;
-- +goose StatementEnd
