package eventstore

import (
	"context"
	"iter"
)

// DefaultPage is how many facts a follower asks for at a time.
const DefaultPage = 512

// Follow yields the facts after position `after` in pages of at most size
// (0: [DefaultPage]), first those already there, then, for as long as ctx
// lives, those that come. It is one pull loop: there is no switch from
// catching up to live at which a fact could be lost; a wake-up only shortens its
// sleep. Pages are dense; a hole ends it with a [*GapError], a ledger that ends before
// what was read with [ErrSetBack]. It ends with ctx's error.
//
// A store that is a [Nexter] serves many followers with the same facts: nobody may write
// to them.
func Follow(ctx context.Context, s Store, after Position, size int) iter.Seq2[[]Record, error] {
	if size <= 0 {
		size = DefaultPage
	}
	return func(yield func([]Record, error) bool) {
		quiet := false // nothing came when last asked
		for {
			page, err := next(ctx, s, after, size)
			if err == nil {
				err = CheckDense(after, page)
			}
			if err == nil && len(page) == 0 {
				if quiet {
					err = CheckHead(ctx, s, after)
				}
				quiet = true
				if err == nil {
					err = s.Wait(ctx, after)
				}
				if err == nil {
					continue
				}
			}
			quiet = false
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page, nil) {
				return
			}
			after = page[len(page)-1].Position
		}
	}
}

// A Nexter is a store that waits for the next facts by itself.
type Nexter interface {
	// Next returns up to limit facts after position `after`, at least one: it waits for
	// them. Others may hold the same ones.
	Next(ctx context.Context, after Position, limit int) ([]Record, error)
}

func next(ctx context.Context, s Store, after Position, limit int) ([]Record, error) {
	if n, ok := s.(Nexter); ok {
		return n.Next(ctx, after, limit)
	}
	return s.Page(ctx, after, limit)
}
