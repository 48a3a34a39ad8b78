package projections

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// A History is where a board's items and their past lie in the database.
type History interface {
	// Items returns every item there is now, as changes with Put and After.
	Items(ctx context.Context, tx *sql.Tx) ([]Change, error)
	// Since returns one change for each item that changed after a position: Before
	// as it was then, Put and After as they are now. It returns [ErrTooOld] if
	// it no longer knows.
	Since(ctx context.Context, tx *sql.Tx, after eventstore.Position) ([]Change, error)
}

// A Board shows the items of a view to those who watch. It is the view's [Live]:
// what is there now and what changed of late it keeps in memory, so that a
// thousand watches cost the database nothing; what changed longer ago it reads
// from the history.
type Board struct {
	name    string
	db      *sqldb.DB
	history History

	mu       sync.RWMutex
	position eventstore.Position
	at       time.Time
	keys     map[string]int32 // every key ever seen, numbered
	items    map[string]shown
	ring     []step              // every change after floor
	floor    eventstore.Position // what came before it is in the history only
	recent   map[string]any      // answers given at this position, by question

	pokes pokes
}

// ringSize bounds the changes kept in memory.
const ringSize = 20_000

// recentSize bounds the answers kept in memory.
const recentSize = 64

// shown is an item as it is now.
type shown struct {
	data json.RawMessage
	keys []int32
}

// step is a [Change] with numbered keys.
type step struct {
	position      eventstore.Position
	id            string
	put           json.RawMessage
	before, after []int32
}

// NewBoard returns the board of the view called name.
func NewBoard(name string, db *sqldb.DB, h History) *Board {
	return &Board{name: name, db: db, history: h, keys: map[string]int32{}, items: map[string]shown{}, recent: map[string]any{}}
}

// Watch returns b itself; a view that embeds a board is watched through it.
func (b *Board) Watch() *Board { return b }

// Name is the view's name.
func (b *Board) Name() string { return b.name }

// Position is how far the board has come.
func (b *Board) Position() eventstore.Position {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.position
}

// Changed implements [Live].
func (b *Board) Changed() (<-chan struct{}, func()) { return b.pokes.subscribe() }

// Snapshot implements [Live].
func (b *Board) Snapshot(_ context.Context, any, scope []string) (Snapshot, error) {
	return remembered(b, question("snapshot", any, scope, 0), func() (Snapshot, error) {
		s := Snapshot{Position: b.position, At: b.at, Items: []Item{}}
		sight := b.sight(any, scope)
		for id, it := range b.items {
			if sight.sees(it.keys) {
				s.Items = append(s.Items, Item{ID: id, Data: it.data})
			}
		}
		byID(s.Items)
		return s, nil
	})
}

// errInHistory says that the ring does not reach back far enough.
var errInHistory = errors.New("projections: only the history knows")

// Since implements [Live].
func (b *Board) Since(ctx context.Context, any, scope []string, after eventstore.Position) (Delta, error) {
	d, err := remembered(b, question("since", any, scope, after), func() (Delta, error) {
		switch {
		case after > b.position:
			return Delta{}, ErrAhead
		case after == 0: // before the first fact there was nothing
			sight, d := b.sight(any, scope), Delta{To: b.position, At: b.at}
			for id, it := range b.items {
				if sight.sees(it.keys) {
					d.Put = append(d.Put, Item{ID: id, Data: it.data})
				}
			}
			byID(d.Put)
			return d, nil
		case after < b.floor:
			return Delta{}, errInHistory
		}
		first, _ := slices.BinarySearchFunc(b.ring, after+1, func(s step, p eventstore.Position) int { return cmp.Compare(s.position, p) })
		return delta(b.position, b.at, b.sight(any, scope), b.ring[first:]), nil
	})
	if !errors.Is(err, errInHistory) {
		return d, err
	}
	// Rows are committed before the board hears of them. Rows that stand before where
	// the board stood already are being rebuilt; where it stands by now says nothing.
	stood := b.Position()
	err = Read(ctx, b.db, b.name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		if position < stood {
			return ErrTooOld
		}
		changes, err := b.history.Since(ctx, tx, after)
		if err != nil {
			return err
		}
		b.mu.Lock()
		steps := b.steps(changes)
		sight := b.sight(any, scope)
		b.mu.Unlock()
		d = delta(position, at, sight, steps)
		return nil
	})
	return d, err
}

// delta sums up steps for one watch.
func delta(to eventstore.Position, at time.Time, sight sight, steps []step) Delta {
	d := Delta{To: to, At: at}
	type ends struct{ first, last int }
	touched := map[string]ends{}
	for i, s := range steps {
		if e, ok := touched[s.id]; ok {
			touched[s.id] = ends{e.first, i}
		} else {
			touched[s.id] = ends{i, i}
		}
	}
	for id, e := range touched {
		switch last := steps[e.last]; {
		case last.put != nil && sight.sees(last.after):
			d.Put = append(d.Put, Item{ID: id, Data: last.put})
		case sight.sees(steps[e.first].before):
			d.Gone = append(d.Gone, id)
		}
	}
	byID(d.Put)
	slices.Sort(d.Gone)
	return d
}

func byID(items []Item) {
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.ID, b.ID) })
}

// load reads the board's items from the database.
func (b *Board) load(ctx context.Context) error {
	return Read(ctx, b.db, b.name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		items, err := b.history.Items(ctx, tx)
		if err != nil {
			return err
		}
		b.mu.Lock()
		b.position, b.at = position, at
		b.items, b.ring, b.floor = map[string]shown{}, nil, position
		for _, s := range b.steps(items) {
			b.items[s.id] = shown{s.put, s.after}
		}
		clear(b.recent)
		b.mu.Unlock()
		b.pokes.poke()
		return nil
	})
}

// catchUp takes in what another runner has stored.
func (b *Board) catchUp(ctx context.Context) error {
	from := b.Position()
	return Read(ctx, b.db, b.name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		if position <= from {
			return nil
		}
		changes, err := b.history.Since(ctx, tx, from)
		if errors.Is(err, ErrTooOld) {
			return b.load(ctx)
		}
		if err != nil {
			return err
		}
		for i := range changes {
			changes[i].Position = position // when exactly is not known: not before the end
		}
		b.take(position, at, changes)
		return nil
	})
}

// publish takes in the changes of the page (from, to] after it was committed.
// While the view is being rebuilt the board stands still, and begins anew when
// the rows have come as far as it.
func (b *Board) publish(ctx context.Context, from, to eventstore.Position, at time.Time, changes []Change) error {
	switch have := b.Position(); {
	case from == have:
		b.take(to, at, changes)
		return nil
	case to < have:
		return nil
	}
	return b.load(ctx)
}

func (b *Board) take(position eventstore.Position, at time.Time, changes []Change) {
	b.mu.Lock()
	for _, s := range b.steps(changes) {
		if s.put == nil {
			delete(b.items, s.id)
		} else {
			b.items[s.id] = shown{s.put, s.after}
		}
		b.ring = append(b.ring, s)
	}
	if over := len(b.ring) - ringSize; over > 0 {
		b.floor = b.ring[over-1].position
		b.ring = slices.Clone(b.ring[over:])
	}
	b.position, b.at = position, at
	clear(b.recent)
	b.mu.Unlock()
	b.pokes.poke()
}

// steps numbers the keys of changes. The caller holds the lock.
func (b *Board) steps(changes []Change) []step {
	out := make([]step, len(changes))
	for i, c := range changes {
		out[i] = step{c.Position, c.ID, c.Put, b.numbers(c.Before), b.numbers(c.After)}
	}
	return out
}

func (b *Board) numbers(keys []string) []int32 {
	if len(keys) == 0 {
		return nil
	}
	out := make([]int32, len(keys))
	for i, k := range keys {
		n, ok := b.keys[k]
		if !ok {
			n = int32(len(b.keys))
			b.keys[k] = n
		}
		out[i] = n
	}
	return out
}

// sight is what one watch may and wants to see.
type sight struct{ any, scope map[int32]bool }

func (b *Board) sight(any, scope []string) sight {
	known := func(keys []string) map[int32]bool {
		set := make(map[int32]bool, len(keys))
		for _, k := range keys {
			if n, ok := b.keys[k]; ok {
				set[n] = true
			}
		}
		return set
	}
	return sight{known(any), known(scope)}
}

func (s sight) sees(keys []int32) bool {
	return slices.ContainsFunc(keys, func(k int32) bool { return s.any[k] }) &&
		slices.ContainsFunc(keys, func(k int32) bool { return s.scope[k] })
}

// remembered answers from the answers given at this position, or works one out.
// Many watches ask the same: every wall, every member of a unit.
func remembered[T any](b *Board, question string, answer func() (T, error)) (T, error) {
	b.mu.RLock()
	known, ok := b.recent[question]
	b.mu.RUnlock()
	if ok {
		return known.(T), nil
	}
	b.mu.RLock()
	position := b.position
	a, err := answer()
	b.mu.RUnlock()
	if err != nil {
		return a, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.position == position {
		if len(b.recent) >= recentSize {
			clear(b.recent)
		}
		b.recent[question] = a
	}
	return a, nil
}

func question(kind string, any, scope []string, after eventstore.Position) string {
	return kind + "\x00" + strings.Join(any, "\x01") + "\x00" + strings.Join(scope, "\x01") + "\x00" + strconv.FormatInt(int64(after), 10)
}
