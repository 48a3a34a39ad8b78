package postgres

import (
	"context"
	"errors"
	"fmt"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// tries bounds how often a batch is sent that has certainly not arrived.
const tries = 3

// A writer commits batches. Only the committer's goroutine calls commit.
type writer struct {
	pool *pgxpool.Pool
	bell *groupcommit.Bell
}

// commit stores a batch in one transaction. It is a [groupcommit.Commit].
func (w *writer) commit(batch []eventstore.Append, outcomes []groupcommit.Outcome) {
	// The batch belongs to many callers, so none of their contexts governs it.
	ctx := context.Background()
	calls := rounds(batch)
	err := w.store(ctx, calls, batch, outcomes)
	for try := 1; try < tries && err != nil && pgconn.SafeToRetry(err); try++ {
		err = w.store(ctx, calls, batch, outcomes)
	}
	if err != nil {
		err = judge(err)
		for i := range outcomes {
			outcomes[i] = groupcommit.Outcome{Err: err}
		}
		return
	}
	head := eventstore.Position(0)
	for _, o := range outcomes {
		if o.Err == nil {
			head = max(head, o.Result.Last)
		}
	}
	w.bell.Ring(head)
}

// judge says what is known after a failure. An ERROR that the server reports has
// undone the transaction. When the server ends the connection (FATAL), or it
// breaks, the commit may have been done before.
func judge(err error) error {
	reported, ok := errors.AsType[*pgconn.PgError](err)
	if ok && reported.SeverityUnlocalized == "ERROR" || pgconn.SafeToRetry(err) {
		return fmt.Errorf("postgres: append, nothing was stored: %w", err)
	}
	return fmt.Errorf("postgres: append, the outcome is unknown: %w", err)
}

// rounds splits a batch into calls in which no stream and no key comes twice. An
// append that shares one with an earlier append goes into a later call. The calls
// hold indexes of the batch. Nearly always there is one call.
func rounds(batch []eventstore.Append) [][]int {
	type key struct{ scope, id string }
	streams := make(map[eventstore.Stream]int, len(batch)) // the first call that is free of it
	keys := make(map[key]int, len(batch))
	var calls [][]int
	for i := range batch {
		a := &batch[i]
		k := key{a.Key.Scope, a.Key.ID}
		call := 0
		if !a.Key.IsZero() {
			call = keys[k]
		}
		for _, write := range a.Writes {
			call = max(call, streams[write.Stream])
		}
		if call == len(calls) {
			calls = append(calls, nil)
		}
		calls[call] = append(calls[call], i)
		if !a.Key.IsZero() {
			keys[k] = call + 1
		}
		for _, write := range a.Writes {
			streams[write.Stream] = call + 1
		}
	}
	return calls
}

// store sends all calls at once. Sent together without BEGIN they are one
// transaction, which takes one round trip and one fsync.
func (w *writer) store(ctx context.Context, calls [][]int, batch []eventstore.Append, outcomes []groupcommit.Outcome) (err error) {
	pipeline := &pgx.Batch{}
	for _, call := range calls {
		pipeline.Queue(appendSQL, arguments(call, batch)...)
	}
	results := w.pool.SendBatch(ctx, pipeline)
	defer func() { err = errors.Join(err, results.Close()) }()
	for _, call := range calls {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		if err := answers(rows, call, batch, outcomes); err != nil {
			return err
		}
	}
	return nil
}

// answers reads what became of the appends of one call.
func answers(rows pgx.Rows, call []int, batch []eventstore.Append, outcomes []groupcommit.Outcome) error {
	var n, first, last, version int64
	var outcome, stream string
	answered := 0
	_, err := pgx.ForEachRow(rows, []any{&n, &outcome, &first, &last, &stream, &version}, func() error {
		i := call[n-1]
		answered++
		result := eventstore.Result{
			First: eventstore.Position(first), Last: eventstore.Position(last),
			Stream: eventstore.Stream(stream), Version: eventstore.Version(version),
		}
		switch outcome {
		case "stored":
			outcomes[i] = groupcommit.Outcome{Result: result}
		case "replayed":
			result.Replayed = true
			outcomes[i] = groupcommit.Outcome{Result: result}
		case "reused":
			outcomes[i] = groupcommit.Outcome{Err: eventstore.ErrKeyReused}
		case "conflict":
			outcomes[i] = groupcommit.Outcome{Err: conflict(&batch[i], result.Stream, result.Version)}
		default:
			return fmt.Errorf("append answers %q", outcome)
		}
		return nil
	})
	if err == nil && answered != len(call) {
		err = fmt.Errorf("%d of %d appends were answered", answered, len(call))
	}
	return err
}

func conflict(a *eventstore.Append, stream eventstore.Stream, have eventstore.Version) error {
	for _, write := range a.Writes {
		if write.Stream == stream {
			return &eventstore.ConflictError{Stream: stream, Want: write.Expect, Have: have}
		}
	}
	return fmt.Errorf("postgres: conflict in %s, which is not part of the append", stream)
}
