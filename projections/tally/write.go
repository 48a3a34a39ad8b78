package tally

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/figures"
)

// A writer adds counts to the chunks. What it remembers between pages, the words and the
// last chunk of each day of late, it trusts only as long as page follows page.
type writer struct {
	stands eventstore.Position // the position at which the rest is true; 0: it is not
	words  map[string]uint32
	fresh  []string // words of the page under way, in order
	tails  map[figures.Day]*tail
	done   []*tail // chunks filled by the page under way
}

// A tail is the chunk of a day that is being filled.
type tail struct {
	day     figures.Day
	chunk   int64
	n       int
	last    entry
	data    []byte
	touched bool
}

// keptTails bounds the chunks kept in memory between pages.
const keptTails = 512

// begin makes ready for a page.
func (w *writer) begin(ctx context.Context, tx *sql.Tx, page []eventstore.Record) error {
	if w.stands == 0 || page[0].Position != w.stands+1 {
		w.words, w.tails = map[string]uint32{}, map[figures.Day]*tail{}
		err := projections.Scan(ctx, tx, `SELECT id, word FROM tally_words`, nil, func(rows *sql.Rows) error {
			var id uint32
			var word string
			err := rows.Scan(&id, &word)
			w.words[word] = id
			return err
		})
		if err != nil {
			return err
		}
	}
	w.stands, w.fresh, w.done = 0, nil, nil
	return nil
}

// word returns the number of a word, a new one if it has none.
func (w *writer) word(text string) uint32 {
	id, known := w.words[text]
	if !known {
		id = uint32(len(w.words))
		w.words[text] = id
		w.fresh = append(w.fresh, text)
	}
	return id
}

// add packs counts, in the order of the facts.
func (w *writer) add(ctx context.Context, tx *sql.Tx, counts []figures.Count) error {
	for _, c := range counts {
		t, err := w.tail(ctx, tx, c.Day)
		if err != nil {
			return err
		}
		if t.n == chunkSize {
			if t.touched {
				w.done = append(w.done, t)
			}
			t = &tail{day: c.Day, chunk: t.chunk + 1, last: before}
			w.tails[c.Day] = t
		}
		e := entry{
			position: c.Position, subject: c.Subject, minutes: c.Minutes, n: c.N, figure: w.word(string(c.Figure)),
			street: w.word(c.Street), community: w.word(c.Community), unit: w.word(c.Unit), matter: w.word(c.Matter),
			source: w.word(string(c.Source)), tier: w.word(string(c.Tier)), person: w.word(c.Person),
		}
		t.data, t.last, t.touched = pack(t.data, t.last, e), e, true
		t.n++
	}
	return nil
}

// tail returns the last chunk of a day, an empty one if there is none.
func (w *writer) tail(ctx context.Context, tx *sql.Tx, day figures.Day) (*tail, error) {
	if t := w.tails[day]; t != nil {
		return t, nil
	}
	t := &tail{day: day, last: before}
	err := tx.QueryRowContext(ctx, `SELECT chunk, n, data FROM tally_chunks WHERE day = $1 ORDER BY chunk DESC LIMIT 1`, string(day)).
		Scan(&t.chunk, &t.n, &t.data)
	if err == nil {
		err = unpack(t.data, func(_ int, e entry) { t.last = e })
	} else if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	w.tails[day] = t
	return t, err
}

// end writes what the page added.
func (w *writer) end(ctx context.Context, tx *sql.Tx, page []eventstore.Record) error {
	var rows [][]any
	for i, word := range w.fresh {
		rows = append(rows, []any{len(w.words) - len(w.fresh) + i, word})
	}
	if err := (projections.Bulk{Table: "tally_words", Columns: []string{"id", "word"}}).Write(ctx, tx, rows); err != nil {
		return err
	}
	dirty := w.done
	for _, t := range w.tails {
		if t.touched && t.n > 0 {
			dirty = append(dirty, t)
		}
	}
	slices.SortFunc(dirty, func(a, b *tail) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.chunk, b.chunk)) })
	rows = nil
	for _, t := range dirty {
		rows = append(rows, []any{string(t.day), t.chunk, t.n, int64(t.last.position), t.data})
	}
	err := projections.Bulk{
		Table: "tally_chunks", Columns: []string{"day", "chunk", "n", "changed", "data"},
		Tail: "ON CONFLICT (day, chunk) DO UPDATE SET n = excluded.n, changed = excluded.changed, data = excluded.data",
	}.Write(ctx, tx, rows)
	if err != nil {
		return err
	}
	if len(w.tails) > keptTails {
		maps.DeleteFunc(w.tails, func(_ figures.Day, t *tail) bool { return !t.touched })
	}
	for _, t := range w.tails {
		t.touched = false
	}
	w.stands = page[len(page)-1].Position
	return nil
}
