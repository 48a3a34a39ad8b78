package casebook

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"gridcommand/eventstore"
	"gridcommand/projections"
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
	err = projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		p.Position, p.At = position, at
		if err := plan.count(ctx, tx, &p); err != nil {
			return err
		}
		rows, err := plan.rows(ctx, tx)
		if err != nil {
			return err
		}
		if len(rows) > plan.limit {
			rows = rows[:plan.limit]
			p.NextCursor = plan.after(rows[len(rows)-1]).text()
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.id
		}
		files, err := v.shelf.Files(ctx, tx, ids)
		for _, id := range ids {
			p.Items = append(p.Items, files[id].Listed())
		}
		return err
	})
	return p, err
}

// plan is a query as SQL.
type plan struct {
	where        []string
	args         []any
	order        string // the sort as asked for
	column, down string // the column it names, and " DESC" or nothing
	limit        int
	digest       string
	from         *cursor
}

// row is what paging needs of a row.
type row struct {
	id     string
	first  int64
	number string
	value  int64
}

func planOf(q Query) (*plan, error) {
	p := &plan{order: q.Sort, limit: q.Limit, digest: q.digest()}
	if p.order == "" {
		p.order = "-reported_at"
	}
	if p.limit == 0 {
		p.limit = usualLimit
	}
	word, down := strings.CutPrefix(p.order, "-")
	if !down {
		word = strings.TrimPrefix(word, "+")
	} else {
		p.down = " DESC"
	}
	var ok bool
	switch p.column, ok = sorts[word]; {
	case !ok:
		return nil, &QueryError{"sort", "Lists are sorted by reported_at, updated, due or number, each with or without a minus."}
	case p.limit < 1 || p.limit > mostLimit:
		return nil, &QueryError{"limit", fmt.Sprintf("A page holds 1 to %d items.", mostLimit)}
	}
	if q.Cursor != "" {
		c, err := cursorOf(q.Cursor, p.order, p.digest)
		if err != nil {
			return nil, err
		}
		p.from = &c
	}
	p.filter(q)
	p.scope(q.Scope)
	return p, p.search(q.Q)
}

// arg adds an argument and returns its placeholder.
func (p *plan) arg(v any) string {
	p.args = append(p.args, v)
	return fmt.Sprintf("$%d", len(p.args))
}

func (p *plan) and(condition string) { p.where = append(p.where, condition) }

// among asks that column is one of values.
func among[T ~string](p *plan, column string, values []T) {
	if len(values) == 0 {
		return
	}
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = p.arg(string(v))
	}
	p.and(column + " IN (" + strings.Join(marks, ", ") + ")")
}

func (p *plan) filter(q Query) {
	among(p, "status", q.Status)
	among(p, "stage", q.Stage)
	among(p, "tier", q.Tier)
	among(p, "street", q.Street)
	among(p, "community", q.Community)
	among(p, "holder", q.Holder)
	among(p, "source", q.Source)
	among(p, "lamp", q.Lamp)
	if len(q.Matter) > 0 {
		var any []string
		for _, m := range q.Matter {
			column := "matter_code"
			if strings.Contains(m, "/") {
				column = "matter"
			}
			any = append(any, column+" = "+p.arg(m))
		}
		p.and("(" + strings.Join(any, " OR ") + ")")
	}
	for column, want := range map[string]*bool{"overdue": q.Overdue, "accepted": q.Accepted, "suspended": q.Suspended, "difficult": q.Difficult} {
		if want != nil {
			p.and(column + " = " + p.arg(bit(*want)))
		}
	}
	for _, flag := range q.Flag {
		p.and("flags LIKE " + p.arg(likeness(" "+string(flag)+" ")) + ` ESCAPE '\'`)
	}
	if b := q.BBox; b != nil {
		for i, column := range []string{"lng", "lat"} {
			p.and(column + " BETWEEN " + p.arg(int64(math.Ceil(b.Min[i]*degree))) + " AND " + p.arg(int64(math.Floor(b.Max[i]*degree))))
		}
	}
	if q.From != nil {
		p.and("reported_at >= " + p.arg(q.From.UnixMicro()))
	}
	if q.To != nil {
		p.and("reported_at < " + p.arg(q.To.UnixMicro()))
	}
}

// scope asks that one of the caller's visibility keys fits.
func (p *plan) scope(keys []string) {
	var any []string
	for _, key := range keys {
		kind, what, _ := strings.Cut(key, ":")
		switch {
		case kind == "area" && len(what) == 6:
			any = append(any, "seen_district = "+p.arg(what))
		case kind == "area" && len(what) == 9:
			any = append(any, "seen_street = "+p.arg(what))
		case kind == "area" && len(what) == 12:
			any = append(any, "seen_community = "+p.arg(what))
		case kind == "held":
			any = append(any, "first IN (SELECT first FROM casebook_held WHERE unit = "+p.arg(what)+")")
		case kind == "holder":
			any = append(any, "holder = "+p.arg(what))
		case kind == "by":
			any = append(any, "reported_by = "+p.arg(what))
		}
	}
	if len(any) == 0 {
		p.and("1 = 0")
		return
	}
	p.and("(" + strings.Join(any, " OR ") + ")")
}

// search asks that every word of q is found: in the text, by its grams first, or
// in the number.
func (p *plan) search(q string) error {
	words := strings.Fields(fold(q))
	if q == "" {
		return nil
	}
	switch {
	case utf8.RuneCountInString(q) > mostQ || len(words) > mostWords:
		return &QueryError{"q", fmt.Sprintf("A search has up to %d words and %d characters.", mostWords, mostQ)}
	case len(words) == 0:
		return &QueryError{"q", "A search needs words of two characters or more."}
	}
	for _, w := range words {
		if utf8.RuneCountInString(w) < 2 {
			return &QueryError{"q", "A search needs words of two characters or more."}
		}
		grams := gramsOf(w)
		var sets []string
		for i := range min(len(grams), 4) { // spread over the word; the text itself decides
			sets = append(sets, "SELECT first FROM casebook_grams WHERE gram = "+p.arg(int64(grams[i*len(grams)/min(len(grams), 4)])))
		}
		like := p.arg(likeness(w))
		found := "(first IN (" + strings.Join(sets, " INTERSECT ") + ") AND text LIKE " + like + ` ESCAPE '\')`
		if strings.Trim(w, "0123456789-") == "" {
			found = "(" + found + " OR number LIKE " + like + ` ESCAPE '\')`
		}
		p.and(found)
	}
	return nil
}

func (p *plan) count(ctx context.Context, tx *sql.Tx, page *Page) error {
	query := fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM casebook_rows WHERE %s LIMIT %d) AS counted", strings.Join(p.where, " AND "), MaxTotal+1)
	if err := tx.QueryRowContext(ctx, query, p.args...).Scan(&page.Total); err != nil {
		return err
	}
	if page.Total > MaxTotal {
		page.Total, page.AtLeast = MaxTotal, true
	}
	return nil
}

// rows returns one row more than the page holds, if there is one.
func (p *plan) rows(ctx context.Context, tx *sql.Tx) ([]row, error) {
	where, args := p.where, p.args
	if c := p.from; c != nil {
		var value any = c.Value
		if p.column == "number" {
			value = c.Number
		}
		compare := ">"
		if p.down != "" {
			compare = "<"
		}
		where = append(where[:len(where):len(where)], fmt.Sprintf("(%s, first) %s ($%d, $%d)", p.column, compare, len(args)+1, len(args)+2))
		args = append(args[:len(args):len(args)], value, c.First)
	}
	value := p.column
	if value == "number" {
		value = "0"
	}
	query := fmt.Sprintf("SELECT id, first, number, %s FROM casebook_rows WHERE %s ORDER BY %s%s, first%s LIMIT %d",
		value, strings.Join(where, " AND "), p.column, p.down, p.down, p.limit+1)
	var rows []row
	err := projections.Scan(ctx, tx, query, args, func(r *sql.Rows) error {
		var x row
		err := r.Scan(&x.id, &x.first, &x.number, &x.value)
		rows = append(rows, x)
		return err
	})
	return rows, err
}

// after returns the cursor that stands at r.
func (p *plan) after(r row) cursor {
	c := cursor{Sort: p.order, First: r.first, Digest: p.digest}
	if p.column == "number" {
		c.Number = r.number
	} else {
		c.Value = r.value
	}
	return c
}
