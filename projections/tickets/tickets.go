// Package tickets keeps the read model of hotline tickets: each as the rules know it,
// to be listed, searched and counted, with the incident it is about.
//
// What it keeps true: a row says what a fold of the ticket's facts says; the tickets of
// an incident that was merged are those of the incident it went into, and come back
// with it when that is undone. No name and no telephone is in it.
package tickets

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
)

const name = "tickets"

//go:embed schema.sql
var schema string

// A View is the read model.
type View struct {
	db               *sqldb.DB
	merged, unmerged string // stored names
}

// New returns the view, with its rows in db.
func New(db *sqldb.DB) *View {
	v := &View{db: db}
	for e, to := range map[*string]incident.Event{&v.merged: incident.Merged{}, &v.unmerged: incident.Unmerged{}} {
		stored, _, err := incident.Encode(to)
		if err != nil {
			panic(err) // a zero fact is JSON
		}
		*e = stored
	}
	return v
}

// Name implements [projections.View].
func (v *View) Name() string { return name }

// Schema implements [projections.View].
func (v *View) Schema() string { return schema }

// Tables implements [projections.View].
func (v *View) Tables() []string { return []string{"tickets", "tickets_merged"} }

// Again implements [projections.View].
func (v *View) Again() projections.View { return New(v.db) }

// Apply implements [projections.View]. Nobody watches it: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	states := map[string]ticket.State{}
	var touched []string
	for _, r := range page {
		switch {
		case r.Type == v.merged || r.Type == v.unmerged:
			if err := v.follow(ctx, tx, r); err != nil {
				return nil, err
			}
		case r.Stream.Category() == ticket.Category:
			e, err := ticket.Decode(r.Type, r.Data)
			if err != nil {
				return nil, fmt.Errorf("tickets: fact %d: %w", r.Position, err)
			}
			id := r.Stream.ID()
			state, known := states[id]
			if !known {
				if state, _, err = one(ctx, tx, id); err != nil {
					return nil, err
				}
				touched = append(touched, id)
			}
			if _, opens := e.(ticket.Received); opens == state.There() {
				return nil, fmt.Errorf("tickets: fact %d: %s does not follow in ticket %s", r.Position, r.Type, id)
			}
			states[id] = ticket.Evolve(state, e)
		}
	}
	for _, id := range touched {
		if err := put(ctx, tx, id, states[id]); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// follow notes where a merged incident went.
func (v *View) follow(ctx context.Context, tx *sql.Tx, r eventstore.Record) error {
	e, err := incident.Decode(r.Type, r.Data)
	if err != nil {
		return fmt.Errorf("tickets: fact %d: %w", r.Position, err)
	}
	if e, merged := e.(incident.Merged); merged {
		_, err = tx.ExecContext(ctx, `INSERT INTO tickets_merged (incident, target) VALUES ($1, $2) ON CONFLICT (incident) DO UPDATE SET target = excluded.target`,
			r.Stream.ID(), e.Into)
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM tickets_merged WHERE incident = $1`, r.Stream.ID())
	return err
}

func put(ctx context.Context, tx *sql.Tx, id string, s ticket.State) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var line, about, street string
	if c := s.Content.Caller; c != nil {
		line = c.Line
	}
	if s.Link != nil {
		about, street = s.Link.Incident, s.Link.Street
	}
	address := ""
	if s.Content.Location != nil {
		address = s.Content.Location.Address
	}
	words := []string{s.Content.Number, s.External}
	if c := s.Content.Caller; c == nil || !c.Confidential { // what a confidential caller says is found by no search
		words = append(words, s.Content.Text, address)
	}
	searched := strings.ToLower(strings.Join(words, "\n"))
	_, err = tx.ExecContext(ctx, `INSERT INTO tickets (id, number, kind, stage, came, owed, late, marks, line, incident, street, place, searched, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET number = excluded.number, kind = excluded.kind, stage = excluded.stage, came = excluded.came, owed = excluded.owed,
		late = excluded.late, marks = excluded.marks, line = excluded.line, incident = excluded.incident, street = excluded.street, place = excluded.place,
		searched = excluded.searched, data = excluded.data`,
		id, s.Content.Number, string(s.Content.Type), string(s.Stage), s.Clocks.City.From.UnixMicro(), owed(s), lateOf(s), marksOf(s),
		line, about, street, s.Content.Place.Street, searched, string(data))
	return err
}

// What the columns late and marks are made of.
const (
	cityLate, internalLate, contactLate = 1, 2, 4
	conflictMark, repeatMark            = 1, 2
)

func lateOf(s ticket.State) int {
	city, internal, contact := s.Overdue()
	return bits(city, internal, contact)
}

// marksOf is what stands out about a ticket. That a confidential caller called before
// is said to nobody.
func marksOf(s ticket.State) int {
	c := s.Content.Caller
	return bits(s.Contested(), s.Repeat != nil && (c == nil || !c.Confidential))
}

// bits is a number with a bit for each that is true, the first the lowest.
func bits(all ...bool) int {
	n := 0
	for i, yes := range all {
		if yes {
			n |= 1 << i
		}
	}
	return n
}

// nothingOwed is when what nobody owes is due.
const nothingOwed = math.MaxInt64

// owed is when the first of what is still owed for a ticket is due, in microseconds.
func owed(s ticket.State) int64 {
	first := int64(nothingOwed)
	if s.Stage == ticket.AtReturned {
		return first
	}
	due := func(at *time.Time, done ...*time.Time) {
		if at != nil && !slices.ContainsFunc(done, func(d *time.Time) bool { return d != nil }) {
			first = min(first, at.UnixMicro())
		}
	}
	due(s.Clocks.City.Due, s.Told())
	due(s.Clocks.Internal, s.Written())
	due(s.Clocks.Contact.Due, s.Contact(), s.Told())
	return first
}

func one(ctx context.Context, tx *sql.Tx, id string) (ticket.State, bool, error) {
	var s ticket.State
	var text string
	err := tx.QueryRowContext(ctx, `SELECT data FROM tickets WHERE id = $1`, id).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &s)
	}
	return s, err == nil, err
}

// A Ticket is one row.
type Ticket struct {
	ID       string
	State    ticket.State
	Incident string // that it is about now, merges followed; empty: none
}

// A Query says which tickets are meant.
type Query struct {
	Stages      []ticket.Stage
	Types       []ticket.Type
	Q           string       // part of number, text or address
	Overdue     *bool        // the city's clock or the internal one ran out
	Uncontacted *bool        // the caller was not called in time
	Clock       ticket.Clock // that ran out; empty: any or none
	Conflict    *bool        // its newest version came with two contents
	Repeat      *bool        // the caller called about the same before
	Incident    string       // that they are about, merges followed; empty: any
	Street      string       // of the incident it was linked to; empty: any
	In          string       // street of the incident or of the ticket's own place; empty: any
	Soonest     bool         // by when the first of what is owed is due, not by when it came
	Limit       int
	Cursor      string
}

// ErrCursor says that a cursor is none of ours.
var ErrCursor = errors.New("tickets: not a cursor of this list")

// A Page is part of a list, the last that came first.
type Page struct {
	Items    []Ticket
	Next     string
	Total    int
	Position eventstore.Position
}

// List returns a page of tickets.
func (v *View) List(ctx context.Context, q Query) (Page, error) {
	where, args := []string{"1 = 1"}, []any{}
	arg := func(x any) string { args = append(args, x); return "$" + strconv.Itoa(len(args)) }
	in := func(column string, words []string) {
		if len(words) > 0 {
			marks := make([]string, len(words))
			for i, w := range words {
				marks[i] = arg(w)
			}
			where = append(where, column+" IN ("+strings.Join(marks, ", ")+")")
		}
	}
	in("stage", texts(q.Stages))
	in("kind", texts(q.Types))
	if q.Q != "" {
		like := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(q.Q))
		where = append(where, "searched LIKE "+arg("%"+like+"%")+` ESCAPE '\'`)
	}
	bit := func(column string, mask int, want bool) {
		where = append(where, fmt.Sprintf("(%s & %d %s 0)", column, mask, map[bool]string{true: "<>", false: "="}[want]))
	}
	if q.Overdue != nil {
		bit("late", cityLate|internalLate, *q.Overdue)
	}
	if q.Uncontacted != nil {
		bit("late", contactLate, *q.Uncontacted)
	}
	if mask := map[ticket.Clock]int{ticket.CityClock: cityLate, ticket.InternalClock: internalLate, ticket.ContactClock: contactLate}[q.Clock]; mask != 0 {
		bit("late", mask, true)
	}
	if q.Conflict != nil {
		bit("marks", conflictMark, *q.Conflict)
	}
	if q.Repeat != nil {
		bit("marks", repeatMark, *q.Repeat)
	}
	if q.Street != "" {
		where = append(where, "street = "+arg(q.Street))
	}
	if q.In != "" {
		where = append(where, fmt.Sprintf("(street = %[1]s OR place = %[1]s)", arg(q.In)))
	}
	var after int64
	var afterID string
	if q.Cursor != "" {
		var ok bool
		if after, afterID, ok = uncursor(q.Cursor, q.Soonest); !ok {
			return Page{}, ErrCursor
		}
	}
	var p Page
	err := v.read(ctx, func(tx *sql.Tx, position eventstore.Position) error {
		p.Position = position
		if q.Incident != "" {
			all, err := family(ctx, tx, q.Incident)
			if err != nil {
				return err
			}
			in("incident", all)
		}
		filter, filtered := strings.Join(where, " AND "), slices.Clone(args)
		order, sign := "came DESC, id DESC", "<"
		column := "came"
		if q.Soonest {
			order, sign, column = "owed, id", ">", "owed"
		}
		if q.Cursor != "" {
			c, i := arg(after), arg(afterID)
			where = append(where, fmt.Sprintf("(%[3]s %[4]s %[1]s OR %[3]s = %[1]s AND id %[4]s %[2]s)", c, i, column, sign))
		}
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM tickets WHERE `+filter, filtered...).Scan(&p.Total); err != nil {
			return err
		}
		limit := arg(q.Limit + 1)
		var err error
		p.Items, err = tickets(ctx, tx, strings.Join(where, " AND ")+` ORDER BY `+order+` LIMIT `+limit, args...)
		return err
	})
	if len(p.Items) > q.Limit {
		p.Items = p.Items[:q.Limit]
		last := p.Items[q.Limit-1]
		text := fmt.Appendf(nil, "%d %s", last.State.Clocks.City.From.UnixMicro(), last.ID)
		if q.Soonest {
			text = fmt.Appendf(nil, "%s%d %s", bySoonest, owed(last.State), last.ID)
		}
		p.Next = base64.RawURLEncoding.EncodeToString(text)
	}
	return p, err
}

// bySoonest begins a cursor of the list that is sorted so.
const bySoonest = "due "

func uncursor(text string, soonest bool) (at int64, id string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	rest, sorted := strings.CutPrefix(string(raw), bySoonest)
	number, id, found := strings.Cut(rest, " ")
	at, wrong := strconv.ParseInt(number, 10, 64)
	return at, id, err == nil && found && wrong == nil && len(id) == 36 && sorted == soonest
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func (v *View) read(ctx context.Context, f func(tx *sql.Tx, position eventstore.Position) error) error {
	return projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, _ time.Time) error { return f(tx, position) })
}

// tickets reads rows by a condition.
func tickets(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]Ticket, error) {
	var all []Ticket
	err := projections.Scan(ctx, tx, `SELECT id, data FROM tickets WHERE `+where, args, func(rows *sql.Rows) error {
		var t Ticket
		var text string
		if err := rows.Scan(&t.ID, &text); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(text), &t.State)
		all = append(all, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, t := range all {
		if t.State.Link == nil {
			continue
		}
		if all[i].Incident, err = target(ctx, tx, t.State.Link.Incident); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// target follows an incident through merges. Rules let none go round; the bound is for
// facts that other programs wrote.
func target(ctx context.Context, tx *sql.Tx, id string) (string, error) {
	for range 100 {
		var next string
		err := tx.QueryRowContext(ctx, `SELECT target FROM tickets_merged WHERE incident = $1`, id).Scan(&next)
		if errors.Is(err, sql.ErrNoRows) {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		id = next
	}
	return id, nil
}

// OfLine returns every ticket of one telephone, the oldest first.
func (v *View) OfLine(ctx context.Context, line string) (all []Ticket, err error) {
	err = v.read(ctx, func(tx *sql.Tx, _ eventstore.Position) error {
		all, err = tickets(ctx, tx, `line = $1 AND line <> '' ORDER BY came, id`, line)
		return err
	})
	return all, err
}

// OfIncident returns the tickets that an incident answers for, those that came with
// incidents merged into it too, the oldest first.
func (v *View) OfIncident(ctx context.Context, id string) (all []Ticket, err error) {
	err = v.read(ctx, func(tx *sql.Tx, _ eventstore.Position) error {
		members, err := family(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, member := range members {
			some, err := tickets(ctx, tx, `incident = $1`, member)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		slices.SortFunc(all, func(a, b Ticket) int {
			if c := a.State.Clocks.City.From.Compare(b.State.Clocks.City.From); c != 0 {
				return c
			}
			return strings.Compare(a.ID, b.ID)
		})
		return nil
	})
	return all, err
}

// family is an incident with those that were merged into it.
func family(ctx context.Context, tx *sql.Tx, id string) ([]string, error) {
	members := []string{id}
	for i := 0; i < len(members) && len(members) < 1000; i++ {
		err := projections.Scan(ctx, tx, `SELECT incident FROM tickets_merged WHERE target = $1 ORDER BY incident`, []any{members[i]}, func(rows *sql.Rows) error {
			var from string
			err := rows.Scan(&from)
			if !slices.Contains(members, from) {
				members = append(members, from)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return members, nil
}

// Since returns every ticket that came from a moment on, the oldest first.
func (v *View) Since(ctx context.Context, at time.Time) (all []Ticket, position eventstore.Position, err error) {
	err = v.read(ctx, func(tx *sql.Tx, p eventstore.Position) error {
		position = p
		all, err = tickets(ctx, tx, `came >= $1 ORDER BY came, id`, at.UnixMicro())
		return err
	})
	return all, position, err
}
