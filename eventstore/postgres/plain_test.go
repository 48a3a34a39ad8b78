package postgres_test

import (
	"context"
	"errors"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/postgrestest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// plain is a ledger as one would first write it: the position is a sequence's
// next number, taken at INSERT, while the fact is seen from COMMIT on. It has
// just enough of a Store for a tailing reader.
type plain struct {
	eventstore.Store
	pool *pgxpool.Pool
}

func (p plain) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	var r eventstore.Result
	err := pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "INSERT INTO plain (stream, data) VALUES ($1, $2) RETURNING position, position",
			string(a.Writes[0].Stream), string(a.Writes[0].Drafts[0].Data)).Scan((*int64)(&r.First), (*int64)(&r.Last))
	})
	return r, err
}

func (p plain) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	rows, err := p.pool.Query(ctx, "SELECT position, coalesce(stream, ''), convert_to(coalesce(data, ''), 'UTF8') FROM plain WHERE position > $1 ORDER BY position LIMIT $2", int64(after), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (eventstore.Record, error) {
		var r eventstore.Record
		err := row.Scan((*int64)(&r.Position), (*string)(&r.Stream), &r.Data)
		return r, err
	})
}

func (p plain) Head(ctx context.Context) (head eventstore.Position, err error) {
	err = p.pool.QueryRow(ctx, "SELECT coalesce(max(position), 0) FROM plain").Scan((*int64)(&head))
	return head, err
}

func (p plain) Wait(ctx context.Context, _ eventstore.Position) error { return ctx.Err() }

func openPlain(t *testing.T) plain {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), postgrestest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), "CREATE TABLE plain (position bigserial PRIMARY KEY, stream text, data text)"); err != nil {
		t.Fatal(err)
	}
	return plain{pool: pool}
}

// The negative control of "a tailing reader misses nothing": the same reader and
// the same writers against a plain sequence, until it has missed a fact.
func TestTheTailingReaderMissesFactsOfAPlainSequence(t *testing.T) {
	p := openPlain(t)
	const rounds = 100
	for round := range rounds {
		missed, err := eventstoretest.Missed(t.Context(), p, 8, 40)
		if err != nil {
			t.Fatal(err)
		}
		if len(missed) > 0 {
			t.Logf("missed %d of %d facts in round %d", len(missed), 8*40, round+1)
			return
		}
	}
	t.Errorf("the reader missed nothing in %d rounds: it could not tell a bad ledger from a good one", rounds)
}

// The same, with the race laid out step by step.
func TestAPlainSequenceLosesTheLateCommitter(t *testing.T) {
	ctx := t.Context()
	p := openPlain(t)
	late, err := p.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, insertErr := late.Exec(ctx, "INSERT INTO plain DEFAULT VALUES") // takes position 1
	_, appendErr := p.pool.Exec(ctx, "INSERT INTO plain DEFAULT VALUES")
	seen, pageErr := p.Page(ctx, 0, 10)
	commitErr := late.Commit(ctx)
	if err := errors.Join(insertErr, appendErr, pageErr, commitErr); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 1 || seen[0].Position != 2 {
		t.Fatalf("the reader saw %+v, want position 2", seen)
	}
	rest, err := p.Page(ctx, 2, 10)
	if err != nil || len(rest) != 0 {
		t.Fatalf("after position 2 there are %+v, %v", rest, err)
	}
	all, err := p.Page(ctx, 0, 10)
	if err != nil || len(all) != 2 {
		t.Errorf("the ledger holds %d facts, %v, want 2, one of which the reader never saw", len(all), err)
	}
}

// No order of calls explains what readers see of a plain sequence.
func TestAPlainSequenceIsNotLinearizable(t *testing.T) {
	p := openPlain(t)
	load := eventstoretest.Load{Seed: 1, Streams: 3, Callers: 8, Calls: 40, Rounds: 50, Plain: true}
	seen, err := eventstoretest.Linearizable(t.Context(), []eventstore.Store{p}, load)
	if v, ok := errors.AsType[*eventstoretest.Violation](err); !ok {
		t.Errorf("%v: %v, want a violation", seen, err)
	} else {
		t.Logf("round %d: %d calls left over", seen.Rounds, len(v.Lost))
	}
}
