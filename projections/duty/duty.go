// Package duty keeps the read model of people at work: who is on duty at each desk and
// what one shift handed to the next, where inspectors walked and which grids that
// covered, and how far each campaign has come.
//
// It knows no incident. What it keeps true: coverage is what the fixes of the day say,
// however they were cut into batches; each grid of a campaign stands there from the
// launch, answered or not.
package duty

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/campaign"
	"gridcommand/domain/duty"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
)

const name = "duty"

//go:embed schema.sql
var schema string

// A View is the read model.
type View struct{ db *sqldb.DB }

// New returns the view, with its rows in db.
func New(db *sqldb.DB) *View { return &View{db: db} }

// Name implements [projections.View].
func (v *View) Name() string { return name }

// Schema implements [projections.View]. Rows depend on the policy of visits.
func (v *View) Schema() string {
	return fmt.Sprintf("-- made with visits by %+v\n%s", patrol.Default, schema)
}

// Tables implements [projections.View].
func (v *View) Tables() []string {
	return []string{
		"duty_turns", "duty_handovers", "duty_patrols", "duty_fixes", "duty_coverage", "duty_campaigns", "duty_campaign_grids",
	}
}

// Again implements [projections.View].
func (v *View) Again() projections.View { return New(v.db) }

// Apply implements [projections.View]. Nobody watches it: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	walked := map[walk]bool{}
	for _, r := range page {
		var err error
		switch r.Stream.Category() {
		case duty.Category:
			err = v.applyDuty(ctx, tx, r)
		case patrol.Category:
			err = v.applyPatrol(ctx, tx, r, walked)
		case campaign.Category:
			err = v.applyCampaign(ctx, tx, r)
		}
		if err != nil {
			return nil, err
		}
	}
	order := func(a, b walk) int { return cmp.Or(cmp.Compare(a.inspector, b.inspector), cmp.Compare(a.day, b.day)) }
	for _, w := range slices.SortedFunc(maps.Keys(walked), order) {
		if err := cover(ctx, tx, w); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// fail says which fact cannot be folded; the view stops there.
func fail(r eventstore.Record, err error) error {
	return &projections.FoldError{View: name, Position: r.Position, Err: err}
}

func (v *View) applyDuty(ctx context.Context, tx *sql.Tx, r eventstore.Record) error {
	e, err := duty.Decode(r.Type, r.Data)
	if err != nil {
		return fail(r, err)
	}
	desk := r.Stream.ID()
	if of, _, isHandover := duty.ParseHandoverID(desk); isHandover {
		desk = of
	}
	switch e := e.(type) {
	case duty.Rostered:
		return put(ctx, tx, `INSERT INTO duty_turns (desk, day, shift, data) VALUES ($1, $2, $3, $4)
			ON CONFLICT (desk, day, shift) DO UPDATE SET data = excluded.data`, e, desk, e.Turn.Day, string(e.Turn.Shift))
	case duty.Prepared:
		h := Handover{Prepared: e, Digest: e.Sheet.Digest(), Signed: map[duty.Side]duty.Signed{}}
		return put(ctx, tx, `INSERT INTO duty_handovers (id, desk, moment, data) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET data = excluded.data`, h, e.Handover, desk, e.Moment.UnixMicro())
	case duty.Signed:
		h, found, err := one[Handover](ctx, tx, `SELECT data FROM duty_handovers WHERE id = $1`, e.Handover)
		if err != nil || !found {
			return fail(r, errors.Join(err, fmt.Errorf("handover %s was never prepared", e.Handover)))
		}
		h.Signed[e.Side] = e
		return put(ctx, tx, `UPDATE duty_handovers SET data = $2 WHERE id = $1`, h, e.Handover)
	}
	panic(fmt.Sprintf("duty: unhandled event %T", e))
}

// A walk is one inspector's day.
type walk struct{ inspector, day string }

func (v *View) applyPatrol(ctx context.Context, tx *sql.Tx, r eventstore.Record, walked map[walk]bool) error {
	e, err := patrol.Decode(r.Type, r.Data)
	if err != nil {
		return fail(r, err)
	}
	inspector, day, ok := patrol.ParseStreamID(r.Stream.ID())
	if !ok {
		return fail(r, fmt.Errorf("stream %s is no inspector's day", r.Stream))
	}
	var stints string
	err = tx.QueryRowContext(ctx, `SELECT stints FROM duty_patrols WHERE inspector = $1 AND day = $2`, inspector, day).Scan(&stints)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	// The state that the rules keep is folded with no fixes: those have rows of their own.
	var state patrol.State
	if stints != "" {
		if err := json.Unmarshal([]byte(stints), &state.Stints); err != nil {
			return err
		}
	}
	var rows [][]any
	last := int64(0)
	if tracked, is := e.(patrol.Tracked); is {
		for _, f := range tracked.Fixes {
			rows = append(rows, []any{
				inspector, day, f.At.UnixMicro(), fixed(f.Point[0]), fixed(f.Point[1]), int64(math.Round(f.AccuracyM * 100)), f.Grid,
			})
			last = max(last, f.At.UnixMicro())
		}
		walked[walk{inspector, day}] = true
	} else {
		state = patrol.Evolve(state, e)
	}
	text, err := json.Marshal(state.Stints)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, `INSERT INTO duty_patrols (inspector, day, unit, stints, fixes, last) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (inspector, day) DO UPDATE SET unit = excluded.unit, stints = excluded.stints, fixes = duty_patrols.fixes + excluded.fixes,
		last = CASE WHEN excluded.last > duty_patrols.last THEN excluded.last ELSE duty_patrols.last END`,
		inspector, day, patrol.FactOf(e).By.Unit, string(text), len(rows), last); err != nil {
		return err
	}
	return projections.Bulk{
		Table: "duty_fixes", Columns: []string{"inspector", "day", "at", "lng", "lat", "accuracy", "grid"}, Tail: "ON CONFLICT DO NOTHING",
	}.Write(ctx, tx, rows)
}

// fixed is an angle in the view's fixed point: a centimetre of the ground.
func fixed(degrees float64) int64 { return int64(math.Round(degrees * 1e7)) }

func fixOf(at, lng, lat, accuracy int64, grid string) patrol.Fix {
	return patrol.Fix{
		At: time.UnixMicro(at).UTC(), Point: orb.Point{float64(lng) / 1e7, float64(lat) / 1e7}, AccuracyM: float64(accuracy) / 100, Grid: grid,
	}
}

// cover writes anew what an inspector walked on a day: a late batch may join what was
// apart, or part what was joined.
func cover(ctx context.Context, tx *sql.Tx, w walk) error {
	fixes, err := fixesOf(ctx, tx, w)
	if err != nil {
		return err
	}
	type sum struct{ visits, seconds, first, last int64 }
	sums := map[string]sum{}
	for _, visit := range patrol.Visits(fixes, patrol.Default) {
		s, there := sums[visit.Grid]
		if !there {
			s.first = visit.From.UnixMicro()
		}
		s.visits++
		s.seconds += int64(visit.To.Sub(visit.From).Seconds())
		s.last = visit.To.UnixMicro()
		sums[visit.Grid] = s
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM duty_coverage WHERE inspector = $1 AND day = $2`, w.inspector, w.day); err != nil {
		return err
	}
	var rows [][]any
	for _, grid := range slices.Sorted(maps.Keys(sums)) {
		s := sums[grid]
		rows = append(rows, []any{w.day, grid, w.inspector, s.visits, s.seconds, s.first, s.last})
	}
	return projections.Bulk{
		Table: "duty_coverage", Columns: []string{"day", "grid", "inspector", "visits", "seconds", "first", "last"},
	}.Write(ctx, tx, rows)
}

func fixesOf(ctx context.Context, tx *sql.Tx, w walk) ([]patrol.Fix, error) {
	var fixes []patrol.Fix
	err := projections.Scan(ctx, tx, `SELECT at, lng, lat, accuracy, grid FROM duty_fixes WHERE inspector = $1 AND day = $2 ORDER BY at`,
		[]any{w.inspector, w.day}, func(rows *sql.Rows) error {
			var at, lng, lat, accuracy int64
			var grid string
			err := rows.Scan(&at, &lng, &lat, &accuracy, &grid)
			fixes = append(fixes, fixOf(at, lng, lat, accuracy, grid))
			return err
		})
	return fixes, err
}

func (v *View) applyCampaign(ctx context.Context, tx *sql.Tx, r eventstore.Record) error {
	e, err := campaign.Decode(r.Type, r.Data)
	if err != nil {
		return fail(r, err)
	}
	id := r.Stream.ID()
	switch e := e.(type) {
	case campaign.Launched:
		var rows [][]any
		for _, c := range e.Cells {
			rows = append(rows, []any{id, c.Grid, 0, 0, ""})
		}
		e.Cells = nil // they have rows of their own
		if err := put(ctx, tx, `INSERT INTO duty_campaigns (id, launched, begins, until, ended, data) VALUES ($1, $2, $3, $4, 0, $5)`, e,
			id, e.At.UnixMicro(), e.From.UnixMicro(), e.Until.UnixMicro()); err != nil {
			return err
		}
		return projections.Bulk{Table: "duty_campaign_grids", Columns: []string{"id", "grid", "at", "incidents", "data"}}.Write(ctx, tx, rows)
	case campaign.Visited:
		return put(ctx, tx, `UPDATE duty_campaign_grids SET at = $3, incidents = $4, data = $5 WHERE id = $1 AND grid = $2`, e,
			id, e.Grid, e.At.UnixMicro(), len(e.Incidents))
	case campaign.Finished:
		_, err := tx.ExecContext(ctx, `UPDATE duty_campaigns SET ended = $2 WHERE id = $1`, id, e.At.UnixMicro())
		return err
	}
	panic(fmt.Sprintf("duty: unhandled event %T", e))
}

// put writes data as the last argument of a statement.
func put(ctx context.Context, tx *sql.Tx, statement string, data any, args ...any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, statement, append(args, string(text))...)
	return err
}

// one reads one row of data.
func one[T any](ctx context.Context, tx *sql.Tx, query string, args ...any) (T, bool, error) {
	var v T
	var text string
	err := tx.QueryRowContext(ctx, query, args...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &v)
	}
	return v, err == nil, err
}
