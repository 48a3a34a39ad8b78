package tail_test

import (
	"context"
	"errors"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
)

// holed is a ledger that does not show position 5.
type holed struct{ eventstore.Store }

func (h holed) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	page, err := h.Store.Page(ctx, after, limit)
	for i, r := range page {
		if r.Position == 5 {
			return append(page[:i:i], page[i+1:]...), err
		}
	}
	return page, err
}

// What is shared by all must not be wrong for all: the tail stops at a hole, as a
// follower of its own would.
func TestATailStopsAtAHole(t *testing.T) {
	ctx := limited(t)
	s := memory.New(nil)
	shared := made(t, holed{s}, nil)
	add(t, s, 1)
	after := eventstore.Position(0)
	var last error
	for last == nil && after < 10 {
		var page []eventstore.Record
		if page, last = shared.Next(ctx, after, 0); len(page) > 0 {
			after = page[len(page)-1].Position
		}
		if after == 1 {
			add(t, s, 9) // the tail has begun at the head, so it is the tail that reads these
		}
	}
	if gap, ok := errors.AsType[*eventstore.GapError](last); !ok || gap.Want != 5 || gap.Have != 6 {
		t.Errorf("after position %d: %v, want a gap at 5", after, last)
	}
}
