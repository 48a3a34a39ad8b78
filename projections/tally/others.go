package tally

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

// fail says which fact cannot be folded; the view stops there.
func fail(r eventstore.Record, err error) error {
	return &projections.FoldError{View: name, Position: r.Position, Err: err}
}

// heldTicket is a ticket with the position of its first fact.
type heldTicket struct {
	first eventstore.Position
	ticket.State
}

// foldTickets folds the tickets' facts of a page and calls see for each, in order.
func foldTickets(ctx context.Context, tx *sql.Tx, page []eventstore.Record, see func(first eventstore.Position, s figures.TicketStep)) error {
	held := map[string]heldTicket{}
	for _, r := range page {
		if r.Stream.Category() == ticket.Category {
			held[r.Stream.ID()] = heldTicket{}
		}
	}
	if len(held) == 0 {
		return nil
	}
	err := projections.Each(ctx, tx, `SELECT id, first, data FROM tally_tickets WHERE id IN ids`, slices.Sorted(maps.Keys(held)), func(rows *sql.Rows) error {
		var id string
		var data []byte
		var t heldTicket
		if err := rows.Scan(&id, &t.first, &data); err != nil {
			return err
		}
		err := json.Unmarshal(data, &t.State)
		held[id] = t
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range page {
		if r.Stream.Category() != ticket.Category {
			continue
		}
		e, err := ticket.Decode(r.Type, r.Data)
		if err != nil {
			return fail(r, err)
		}
		t := held[r.Stream.ID()]
		if _, opens := e.(ticket.Received); opens == t.There() {
			return fail(r, fmt.Errorf("%s does not follow in its ticket", r.Type))
		}
		if t.first == 0 {
			t.first = r.Position
		}
		step := figures.TicketStep{Record: r, Event: e, Before: t.State, After: ticket.Evolve(t.State, e)}
		t.State = step.After
		held[r.Stream.ID()] = t
		see(t.first, step)
	}
	rows := make([][]any, 0, len(held))
	for _, id := range slices.Sorted(maps.Keys(held)) {
		data, err := json.Marshal(held[id].State)
		if err != nil {
			return err
		}
		rows = append(rows, []any{id, int64(held[id].first), string(data)})
	}
	return projections.Bulk{
		Table: "tally_tickets", Columns: []string{"id", "first", "data"}, Tail: "ON CONFLICT (id) DO UPDATE SET data = excluded.data",
	}.Write(ctx, tx, rows)
}

// walk is a grid on a day.
type walk struct{ day, grid string }

// foldWalks calls see for each grid that a page's tracks reach for the first time on
// their day, whoever walks there. A fix names a grid as it does for a visit.
func foldWalks(ctx context.Context, tx *sql.Tx, page []eventstore.Record, see func(r eventstore.Record, c figures.Count)) error {
	type track struct {
		record eventstore.Record
		event  patrol.Tracked
		walks  []walk
	}
	var tracks []track
	known, days := map[walk]bool{}, map[string]bool{}
	for _, r := range page {
		if r.Stream.Category() != patrol.Category {
			continue
		}
		e, err := patrol.Decode(r.Type, r.Data)
		if err != nil {
			return fail(r, err)
		}
		_, day, ok := patrol.ParseStreamID(r.Stream.ID())
		if !ok {
			return fail(r, fmt.Errorf("stream %s is no inspector's day", r.Stream))
		}
		tracked, is := e.(patrol.Tracked)
		if !is {
			continue
		}
		t := track{record: r, event: tracked}
		for _, visit := range patrol.Visits(tracked.Fixes, patrol.Default) {
			t.walks = append(t.walks, walk{day, visit.Grid})
		}
		tracks, days[day] = append(tracks, t), true
	}
	for day := range days {
		err := projections.Scan(ctx, tx, `SELECT grid FROM tally_walked WHERE day = $1`, []any{day}, func(rows *sql.Rows) error {
			w := walk{day: day}
			err := rows.Scan(&w.grid)
			known[w] = true
			return err
		})
		if err != nil {
			return err
		}
	}
	var fresh []walk
	for _, t := range tracks {
		slices.SortFunc(t.walks, func(a, b walk) int { return cmp.Compare(a.grid, b.grid) })
		by := patrol.FactOf(t.event).By
		for _, w := range t.walks {
			if known[w] {
				continue
			}
			known[w] = true
			fresh = append(fresh, w)
			d := figures.Dims{Day: figures.Day(w.day), Unit: by.Unit, Tier: jurisdiction.Community}
			if len(w.grid) == 15 {
				d.Street, d.Community = w.grid[:9], w.grid[:12]
			}
			see(t.record, figures.Count{
				Dims: d, Figure: figures.Walked, N: 1, Person: by.Person, Position: t.record.Position, Subject: t.record.Position, Minutes: -1,
			})
		}
	}
	rows := make([][]any, 0, len(fresh))
	for _, w := range fresh {
		rows = append(rows, []any{w.day, w.grid})
	}
	return projections.Bulk{Table: "tally_walked", Columns: []string{"day", "grid"}}.Write(ctx, tx, rows)
}

// counted is what a page counts.
type counted struct {
	counts    []figures.Count
	subjects  map[eventstore.Position]moved
	exchanges map[figures.Exchange]int64
	settled   map[figures.Settlement]int64
}

// count folds a page. Its counts are in the order of the facts.
func (v *View) count(ctx context.Context, tx *sql.Tx, page []eventstore.Record) (*counted, error) {
	c := &counted{subjects: map[eventstore.Position]moved{}, exchanges: map[figures.Exchange]int64{}, settled: map[figures.Settlement]int64{}}
	brings := func(first, at eventstore.Position, was, is subject) {
		if was != is {
			c.subjects[first] = moved{is, at}
		}
	}
	err := v.shelf.Fold(ctx, tx, page, func(s casefile.Step) error {
		c.counts = append(c.counts, figures.Of(s)...)
		var was subject
		if s.Before.First != 0 {
			was = incidentSubject(s.Before.Alone())
		}
		brings(eventstore.Position(s.After.First), s.Record.Position, was, incidentSubject(s.After.Alone()))
		if x, ok := figures.ExchangeOf(s); ok {
			c.exchanges[x]++
		}
		for _, x := range figures.SettlementsOf(s) {
			c.settled[x]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	incidents := len(c.counts)
	err = foldTickets(ctx, tx, page, func(first eventstore.Position, s figures.TicketStep) {
		for _, x := range figures.OfTicket(s) {
			x.Subject = first
			c.counts = append(c.counts, x)
		}
		var was subject
		if s.Before.There() {
			was = ticketSubject(s.Record.Stream.ID(), s.Before)
		}
		brings(first, s.Record.Position, was, ticketSubject(s.Record.Stream.ID(), s.After))
	})
	if err == nil {
		err = foldWalks(ctx, tx, page, func(r eventstore.Record, x figures.Count) {
			c.counts = append(c.counts, x)
			brings(r.Position, r.Position, subject{}, patrolSubject(r))
		})
	}
	if len(c.counts) > incidents {
		slices.SortStableFunc(c.counts, func(a, b figures.Count) int { return cmp.Compare(a.Position, b.Position) })
	}
	return c, err
}
