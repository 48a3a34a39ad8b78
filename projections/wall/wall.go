// Package wall keeps the figures of the wall of the district and of each street:
// what is open and how it stands, what each day brought, and what just happened.
// Every figure moves with a fact and is never counted anew.
//
// The wall of a scope is watched by the key [Any]; who may see it is decided by
// the scope's area, as for incidents. No clock is read: a day's figures are those
// of its facts, and midnight changes nothing here.
package wall

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

const (
	name      = "wall"
	kept      = 200_000 // how long gone items are remembered, in positions: for those who come back
	lasts     = 20      // happenings on one wall
	daysShown = 35      // day items on one wall
)

const schema = `CREATE TABLE wall_items (
	id       TEXT   NOT NULL PRIMARY KEY,
	position BIGINT NOT NULL,
	data     TEXT   NOT NULL,
	keys     TEXT   NOT NULL,
	ever     TEXT   NOT NULL
);
CREATE INDEX wall_items_position ON wall_items (position);
`

// A View is the wall. It is watched through its board ([projections.Live]).
type View struct {
	*projections.Board
	db     *sqldb.DB
	folder *casefile.Folder
	ref    *reference.Reference // what the fact under way is folded with
	shelf  *casefile.Shelf

	stands eventstore.Position // the position at which the rest is true
	rows   map[string]*row
	lasts  map[string][]string // ids of the last happenings on the wall of a scope, oldest first
	newest figures.Day
	// Of the page under way.
	dirty  map[string]bool
	before map[string][]string // keys at its beginning
}

// New returns the wall, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	return &View{Board: projections.NewBoard(name, db, history{}), db: db, folder: folder, shelf: casefile.NewShelf(folder, name)}
}

// Any returns the watch keys of the wall of a scope: the district's code or a street's.
func Any(scope string) []string { return []string{wallKey(scope)} }

// asWalls reads an area asked for as its wall: a figure of a street is seen by the
// district, but stands on the street's wall alone.
func asWalls(any []string) []string {
	walls := make([]string, len(any))
	for i, key := range any {
		walls[i] = key
		if area, ok := strings.CutPrefix(key, "area:"); ok {
			walls[i] = wallKey(area)
		}
	}
	return walls
}

// Snapshot implements [projections.Live]. A key of any is one of [Any], or an area's.
func (v *View) Snapshot(ctx context.Context, any, scope []string) (projections.Snapshot, error) {
	return v.Board.Snapshot(ctx, asWalls(any), scope)
}

// Since implements [projections.Live], likewise.
func (v *View) Since(ctx context.Context, any, scope []string, after eventstore.Position) (projections.Delta, error) {
	return v.Board.Since(ctx, asWalls(any), scope, after)
}

func wallKey(scope string) string { return "wall:" + scope }

// Schema implements [projections.View].
func (v *View) Schema() string { return v.shelf.Schema() + schema }

// Tables implements [projections.View].
func (v *View) Tables() []string { return []string{v.shelf.Table(), "wall_items"} }

// Again implements [projections.View].
func (v *View) Again() projections.View { return New(v.db, v.folder) }

// Apply implements [projections.View].
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	if v.rows == nil || page[0].Position != v.stands+1 {
		if err := v.load(ctx, tx); err != nil {
			return nil, err
		}
	}
	v.stands, v.dirty, v.before = -1, map[string]bool{}, map[string][]string{}
	err := v.shelf.Fold(ctx, tx, page, func(s casefile.Step) error {
		v.ref = v.folder.Of(s.Record)
		v.stock(s)
		for _, c := range figures.Of(s) {
			v.count(c, s.Record.Position)
		}
		v.happen(s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	head := page[len(page)-1].Position
	changes, err := v.save(ctx, tx, head)
	if err == nil {
		v.stands = head
	}
	return changes, err
}

// touch returns the row with this id for a fact to change; a new one with these
// keys if there is none.
func (v *View) touch(id string, p eventstore.Position, keys func() []string) *row {
	r := v.rows[id]
	if r == nil {
		r = &row{}
		v.rows[id] = r
	}
	if !v.dirty[id] {
		v.dirty[id], v.before[id] = true, r.keys
	}
	if keys != nil && r.gone() {
		r.give(keys()...)
	}
	r.position = int64(p)
	return r
}

// scopes are the walls that an incident counts on.
func (v *View) scopes(street string) []string {
	district := v.ref.Book.District()
	if street == "" {
		return []string{district}
	}
	return []string{district, street}
}

// keysOf returns the keys of the figures of a wall.
func (v *View) keysOf(scope string) []string {
	district := v.ref.Book.District()
	if scope == district {
		return []string{wallKey(district), "area:" + district}
	}
	return []string{wallKey(scope), "area:" + scope, "area:" + district}
}

func idOf(kind, scope, key string) string {
	switch {
	case kind == KindStreet:
		return kind + ":" + key
	case kind == KindDay:
		return kind + ":" + key + ":" + scope
	case key == "":
		return kind + ":" + scope
	}
	return kind + ":" + scope + ":" + key
}

// matterOf returns the matter with a key as [casefile.Matter.Key] writes it.
func (v *View) matterOf(key string) *casefile.Matter {
	part := strings.SplitN(key, "/", 3)
	if len(part) < 3 {
		return nil
	}
	m, _ := v.ref.Matters.Matter(catalogue.Key{Scheme: part[0], Kind: part[1], Code: part[2]})
	return &casefile.Matter{Scheme: part[0], Kind: part[1], Code: part[2], Name: m.Name}
}

// item returns the item of a kind for a fact to change.
func (v *View) item(kind, scope, key string, p eventstore.Position) *Item {
	id := idOf(kind, scope, key)
	r := v.touch(id, p, func() []string { return v.keysOf(scope) })
	if r.item != nil {
		return r.item
	}
	it := &Item{ID: id, Kind: kind, Scope: scope, Key: key}
	switch kind {
	case KindUnit, KindStreet:
		u, _ := v.ref.Book.Unit(key)
		it.Name = u.Name
	case KindMatter:
		it.Matter = v.matterOf(key)
	case KindDay:
		it.Key, it.Day, it.Figures = "", key, &Figures{}
	}
	if kind != KindDay {
		it.Count, it.Red = new(int64), new(int64)
	}
	r.item = it
	return it
}

// figure names a count of open incidents.
type figure struct{ kind, scope, key string }

// stock moves the counts of what is open. Most facts leave most counts as they are.
func (v *View) stock(s casefile.Step) {
	var before, after [2 * len(stockKinds)]figure
	was, is := v.placesOf(before[:0], &s.Before), v.placesOf(after[:0], &s.After)
	wasRed, isRed := s.Before.Lamp == incident.Red, s.After.Lamp == incident.Red
	// What stands in both at the same place is compared there: both are made alike.
	for i := range max(len(was), len(is)) {
		if i < len(was) && i < len(is) && was[i] == is[i] {
			if wasRed != isRed {
				v.move(was[i], 0, red(isRed)-red(wasRed), s.Record.Position)
			}
			continue
		}
		if i < len(was) {
			v.move(was[i], -1, -red(wasRed), s.Record.Position)
		}
		if i < len(is) {
			v.move(is[i], 1, red(isRed), s.Record.Position)
		}
	}
}

func red(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func (v *View) move(w figure, by, red int64, p eventstore.Position) {
	if w.kind == "" {
		return
	}
	it := v.item(w.kind, w.scope, w.key, p)
	*it.Count += by
	*it.Red += red
}

// stockKinds are the counts that an open incident is part of, on each wall; a street's is
// on the district's alone.
var stockKinds = [...]string{KindOpen, KindStage, KindTier, KindSource, KindLamp, KindUnit, KindMatter, KindStreet}

// placesOf appends every count that f is part of, none if it is not open. Each kind has its
// place, empty where there is no such count.
func (v *View) placesOf(out []figure, f *casefile.File) []figure {
	if f.Status != incident.StatusOpen || f.Stage == nil {
		return out
	}
	street := f.Seen.Street
	district := v.ref.Book.District()
	for i, scope := range [...]string{district, street} {
		if scope == "" {
			break
		}
		out = append(out,
			figure{KindOpen, scope, ""}, figure{KindStage, scope, string(*f.Stage)}, figure{KindTier, scope, string(f.Tier)},
			figure{KindSource, scope, string(f.Source)}, figure{KindLamp, scope, string(f.Lamp)}, figure{KindUnit, scope, f.Holder.Unit})
		matter := figure{}
		if f.Matter != nil {
			matter = figure{KindMatter, scope, f.Matter.Key()}
		}
		out = append(out, matter)
		if i == 1 {
			out = append(out, figure{KindStreet, district, street})
		}
	}
	return out
}

// count moves the figures of a day: those of the scope, and those of the street,
// matter, source and unit if they have none of a later day.
func (v *View) count(c figures.Count, p eventstore.Position) {
	if !new(Figures).add(c.Figure) {
		return
	}
	if c.Day > v.newest {
		v.newest = c.Day
		v.forgetDays(p)
	}
	district := v.ref.Book.District()
	for _, scope := range v.scopes(c.Street) {
		if c.Day >= oldest(v.newest) {
			v.item(KindDay, scope, string(c.Day), p).add(c.Figure)
		}
		for _, w := range []figure{
			{KindSource, scope, string(c.Source)}, {KindUnit, scope, c.Unit}, {KindMatter, scope, c.Matter}, {KindStreet, district, c.Street},
		} {
			if w.key == "" || w.kind == KindStreet && scope != district {
				continue
			}
			if had := v.rows[idOf(w.kind, w.scope, w.key)]; had != nil && had.item != nil && had.item.Day > string(c.Day) {
				continue
			}
			it := v.item(w.kind, w.scope, w.key, p)
			if it.Day < string(c.Day) {
				it.Day, it.Figures = string(c.Day), &Figures{}
			}
			it.add(c.Figure)
		}
	}
}

// oldest is the first day still shown when newest is the last.
func oldest(newest figures.Day) figures.Day {
	t, err := time.Parse(time.DateOnly, string(newest))
	if err != nil {
		return newest
	}
	return figures.Day(t.AddDate(0, 0, 1-daysShown).Format(time.DateOnly))
}

func (v *View) forgetDays(p eventstore.Position) {
	first := string(oldest(v.newest))
	for id, r := range v.rows {
		if r.item != nil && r.item.Kind == KindDay && r.item.Day < first {
			r = v.touch(id, p, nil)
			r.item, r.keys = nil, nil
		}
	}
}

// isNews tells whether a fact is worth a line on the wall.
func isNews(e incident.Event) bool {
	switch e.(type) {
	case incident.Reported, incident.Confirmed, incident.Refuted, incident.Filed, incident.Declined, incident.Dispatched,
		incident.Delegated, incident.Accepted, incident.Handled, incident.Returned, incident.Transferred, incident.Escalated,
		incident.Passed, incident.Failed, incident.Closed, incident.Reopened, incident.Voided, incident.Expired,
		incident.ExtensionGranted, incident.SuspensionGranted, incident.Resumed, incident.CoordinationOpened,
		incident.CoordinationConcluded, incident.Called, incident.Arrived, incident.CallRefused, incident.Supervised,
		incident.SpotChecked, incident.Merged, incident.Unmerged, incident.HandedOver, incident.Recurred:
		return true
	case incident.Routed, incident.Commented, incident.Attached, incident.Warned, incident.ExtensionRequested,
		incident.ExtensionRefused, incident.SuspensionRequested, incident.SuspensionRefused, incident.Endorsed,
		incident.ReturnRequested, incident.ReturnRefused, incident.Recomputed, incident.Lapsed, incident.Helped,
		incident.Assigned, incident.Tasked, incident.Urged, incident.Replied, incident.Rated, incident.Appealed,
		incident.AppealUpheld, incident.AppealRejected, incident.CallerViewed, incident.Absorbed, incident.Released,
		incident.Corrected, incident.Flagged:
		return false
	}
	panic(fmt.Sprintf("wall: unhandled event %T", e))
}

// happen puts what is news on the walls, and takes the oldest off.
func (v *View) happen(s casefile.Step) {
	f := s.After
	id := KindLast + ":" + f.ID
	if !isNews(s.Event) {
		v.hide(id, s.Before.Seen.Street, f.Seen.Street, s.Record.Position)
		return
	}
	r := v.touch(id, s.Record.Position, nil)
	r.last = &Happening{
		ID: id, Kind: KindLast, Incident: f.ID, Number: f.Number, Event: strings.TrimPrefix(s.Record.Type, casefile.Category+"."),
		At: s.Record.At.UTC(), Position: f.Position, Matter: f.Matter, Source: f.Source, Status: f.Status, Stage: f.Stage,
		Tier: f.Tier, Lamp: f.Lamp, Street: f.Seen.Street,
	}
	// Who may see an incident can change with its matter, its place or what it is about:
	// it leaves the old walls first.
	for scope, list := range v.lasts {
		v.lasts[scope] = slices.DeleteFunc(list, func(x string) bool { return x == id })
	}
	r.keys = nil
	for _, scope := range v.scopes(f.Seen.Street) {
		r.give("area:"+scope, wallKey(scope))
		list := append(v.lasts[scope], id)
		if len(list) > lasts {
			v.takeOff(list[0], scope, s.Record.Position)
			list = slices.Clone(list[1:])
		}
		v.lasts[scope] = list
	}
}

// hide takes a happening off the wall of a street whose people may not see the incident
// any more, though nothing that is news happened to it.
func (v *View) hide(id, was, is string, p eventstore.Position) {
	if had := v.rows[id]; had == nil || had.last == nil || was == is || was == "" {
		return
	}
	r := v.touch(id, p, nil)
	last := *r.last
	last.Street = is
	r.last = &last
	v.lasts[was] = slices.DeleteFunc(slices.Clone(v.lasts[was]), func(x string) bool { return x == id })
	r.keys = slices.DeleteFunc(slices.Clone(r.keys), func(k string) bool { return k == "area:"+was })
	v.takeOff(id, was, p)
}

func (r *row) give(keys ...string) {
	for _, key := range keys {
		r.keys = append(slices.Clip(r.keys), key)
		if !slices.Contains(r.ever, key) {
			r.ever = append(slices.Clip(r.ever), key)
		}
	}
}

// takeOff takes a happening off the wall of a scope; off the last, it is gone.
func (v *View) takeOff(id, scope string, p eventstore.Position) {
	r := v.touch(id, p, nil)
	r.keys = slices.DeleteFunc(slices.Clone(r.keys), func(k string) bool { return k == wallKey(scope) })
	if !slices.ContainsFunc(r.keys, func(k string) bool { return strings.HasPrefix(k, wallKey("")) }) {
		r.last, r.keys = nil, nil
	}
}

// decode reads a stored row back.
func decode(data string, r *row) error {
	if data == "" {
		return nil
	}
	var kind struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal([]byte(data), &kind); err != nil {
		return err
	}
	if kind.Kind == KindLast {
		return json.Unmarshal([]byte(data), &r.last)
	}
	return json.Unmarshal([]byte(data), &r.item)
}
