package casebook

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

const (
	usualLimit = 50
	mostLimit  = 500
	mostWords  = 8
	mostQ      = 200
)

// sorts are the columns by which a list may be sorted.
var sorts = map[string]string{"reported_at": "reported_at", "updated": "updated_at", "updated_at": "updated_at", "due": "due", "number": "number"}

// List returns one page of what q asks for. What is wrong with q is a [*QueryError].
func (v *View) List(ctx context.Context, q Query) (Page, error) {
	p := Page{Items: []casefile.File{}}
	plan, err := planOf(q)
	if err != nil {
		return p, err
	}
	var ids []string
	err = v.consult(ctx, func(x *index) {
		ids, p.NextCursor, p.Total = plan.page(x)
	}, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		p.Position, p.At = position, at
		p.Items, err = v.listed(ctx, tx, ids)
		return err
	})
	if p.Total > MaxTotal {
		p.Total, p.AtLeast = MaxTotal, true
	}
	return p, err
}

// listed returns the files with these ids, in their order, as lists show them.
func (v *View) listed(ctx context.Context, tx *sql.Tx, ids []string) ([]casefile.File, error) {
	files, err := v.files(ctx, tx, ids)
	list := make([]casefile.File, len(ids))
	for i, id := range ids {
		list[i] = files[id].Listed()
	}
	return list, err
}

// A plan is a query that was found good.
type plan struct {
	Query
	words  []string // of Q, folded
	order  string   // the sort as asked for
	column string   // that it names
	down   bool
	limit  int
	digest string
	from   *cursor
}

func planOf(q Query) (*plan, error) {
	p := &plan{Query: q, order: q.Sort, limit: q.Limit, digest: q.digest()}
	if p.order == "" {
		p.order = "-reported_at"
	}
	if p.limit == 0 {
		p.limit = usualLimit
	}
	word, down := strings.CutPrefix(p.order, "-")
	if !down {
		word = strings.TrimPrefix(word, "+")
	}
	var ok bool
	switch p.column, ok = sorts[word]; {
	case !ok:
		return nil, &QueryError{"sort", "Lists are sorted by reported_at, updated, due or number, each with or without a minus."}
	case p.limit < 1 || p.limit > mostLimit:
		return nil, &QueryError{"limit", fmt.Sprintf("A page holds 1 to %d items.", mostLimit)}
	}
	p.down = down
	if q.Cursor != "" {
		c, err := cursorOf(q.Cursor, p.order, p.digest)
		if err != nil {
			return nil, err
		}
		p.from = &c
	}
	var err error
	p.words, err = wordsOf(q.Q)
	return p, err
}

// wordsOf returns the words of a search.
func wordsOf(q string) ([]string, error) {
	words := strings.Fields(fold(q))
	short := func(w string) bool { return utf8.RuneCountInString(w) < 2 }
	switch {
	case q == "":
		return nil, nil
	case utf8.RuneCountInString(q) > mostQ || len(words) > mostWords:
		return nil, &QueryError{"q", fmt.Sprintf("A search has up to %d words and %d characters.", mostWords, mostQ)}
	case len(words) == 0 || slices.ContainsFunc(words, short):
		return nil, &QueryError{"q", "A search needs words of two characters or more."}
	}
	return words, nil
}

// page returns the ids of the page asked for, the cursor of the next one if there is
// one, and how many rows all pages hold, up to one more than totals are counted.
func (p *plan) page(x *index) (ids []string, next string, total int) {
	found := x.find(p)
	var rows []uint32
	end := cursor{Sort: p.order, Digest: p.digest}
	switch p.column {
	case "number":
		rows, total = paged(p, x, found, x.numbers, cursor.number)
		if len(rows) > p.limit {
			end.Number = x.numbers.values[rows[p.limit-1]]
		}
	default:
		column := map[string]*column[int64]{"reported_at": x.reports, "updated_at": x.updates, "due": x.dues}[p.column]
		rows, total = paged(p, x, found, column, cursor.value)
		if len(rows) > p.limit {
			end.Value = column.values[rows[p.limit-1]]
		}
	}
	if len(rows) > p.limit {
		rows = rows[:p.limit]
		end.First = x.firsts[rows[p.limit-1]]
		next = end.text()
	}
	ids = make([]string, len(rows))
	for i, row := range rows {
		ids[i] = strings.Clone(x.id(row))
	}
	return ids, next, total
}

// paged returns one row more than the page holds, if there is one.
func paged[T cmp.Ordered](p *plan, x *index, f found, c *column[T], value func(cursor) T) ([]uint32, int) {
	var after *place[T]
	if p.from != nil {
		after = &place[T]{value(*p.from), p.from.First}
	}
	return top(x, f, order[T]{c, p.down}, after, p.limit+1, MaxTotal+1)
}

func (c cursor) number() string { return c.Number }
func (c cursor) value() int64   { return c.Value }
