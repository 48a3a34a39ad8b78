package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// sightings is what is remembered to know the same again: where and as what incidents
// were closed not long ago, and which incident showed which photo. It is a fold of
// the ledger, seen fact by fact in order, and kept in memory ahead of its tables,
// which are written with the handler's checkpoint. What the tables miss after a kill
// is seen again; seeing a fact twice changes nothing.
type sightings struct {
	db   *sqldb.DB
	read func(ctx context.Context, id string) ([]eventstore.Record, error)

	mu     sync.Mutex
	open   map[string]sight               // incidents that may be closed; any may be missing
	closed map[string]closing             // by incident
	near   map[square]map[string]struct{} // incidents closed there
	photos map[string][]shown             // by photo: those not in the table yet
	dirty  map[string]bool                // incidents whose row in the table is not as in closed
	latest time.Time                      // of the facts seen
	pruned int                            // closings noted since the last look for old ones
}

const (
	sights     = 16384 // open incidents remembered; another one is read from its stream
	pruneEvery = 1024  // closings
)

// A sight is what is remembered of an incident until it is closed.
type sight struct {
	number   string
	matter   catalogue.Key
	point    *orb.Point
	reported time.Time
	times    int // which time this one is
}

// A closing is an incident that was closed.
type closing struct {
	sight
	at       time.Time
	position eventstore.Position
}

// A square is a matter in a piece of about 110 by 100 metres of the ground.
type square struct {
	matter   catalogue.Key
	lng, lat int
}

const squareDegrees = 0.001

func squareOf(m catalogue.Key, p orb.Point) square {
	return square{m, int(math.Floor(p.Lon() / squareDegrees)), int(math.Floor(p.Lat() / squareDegrees))}
}

// What a photo shows.
const (
	showsBefore = "before"
	showsAfter  = "after"
	showsBeside = "beside"
)

// shown is an incident that showed a photo.
type shown struct {
	incident string
	shows    string
	position eventstore.Position
}

func newSightings(db *sqldb.DB, read func(context.Context, string) ([]eventstore.Record, error)) *sightings {
	s := &sightings{db: db, read: read}
	s.clear()
	return s
}

func (s *sightings) clear() {
	s.open, s.closed, s.near = map[string]sight{}, map[string]closing{}, map[square]map[string]struct{}{}
	s.photos, s.dirty, s.latest, s.pruned = map[string][]shown{}, map[string]bool{}, time.Time{}, 0
}

// start reads what the table holds.
func (s *sightings) start(ctx context.Context) (err error) {
	rows, err := s.db.Read.QueryContext(ctx, closingAll)
	if err != nil {
		return fmt.Errorf("workflow: reading closings: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	for rows.Next() {
		var id, matter string
		var lng, lat float64
		var at int64
		var c closing
		if err := rows.Scan(&id, &c.number, &matter, &lng, &lat, &at, &c.position, &c.times); err != nil {
			return fmt.Errorf("workflow: reading closings: %w", err)
		}
		key := strings.SplitN(matter, "/", 3)
		if len(key) != 3 {
			return fmt.Errorf("workflow: reading closings: %q is no matter", matter)
		}
		c.matter = catalogue.Key{Scheme: key[0], Kind: key[1], Code: key[2]}
		c.point, c.at = &orb.Point{lng, lat}, time.UnixMicro(at).UTC()
		s.put(id, c)
	}
	s.dirty = map[string]bool{}
	return rows.Err()
}

// knowledge says what was known of an incident before its fact number `before`.
type knowledge func(ctx context.Context, id string, before eventstore.Version) (sight, error)

// sight is the knowledge of who sees fact after fact in order.
func (s *sightings) sight(ctx context.Context, id string, before eventstore.Version) (sight, error) {
	s.mu.Lock()
	known, ok := s.open[id]
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	return s.asRead(ctx, id, before)
}

// asRead is the knowledge of who comes later.
func (s *sightings) asRead(ctx context.Context, id string, before eventstore.Version) (sight, error) {
	records, err := s.read(ctx, id)
	if err != nil {
		return sight{}, err
	}
	var known sight
	for _, r := range records {
		if r.Version >= before {
			break
		}
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			return sight{}, err
		}
		known = known.after(e)
	}
	return known, nil
}

// after returns what is known once e is.
func (x sight) after(e incident.Event) sight {
	switch e := e.(type) {
	case incident.Reported:
		return sight{number: e.Number, matter: e.Matter, point: e.Location.Point, reported: e.At, times: 1}
	case incident.Filed:
		x.matter = e.Matter
	case incident.Corrected:
		if e.Location != nil {
			x.point = e.Location.Point
		}
		if e.Matter != nil {
			x.matter = *e.Matter
		}
	case incident.Recurred:
		x.times = e.Count
	default:
	}
	return x
}

// note takes in a fact. within is how long a closing is asked for.
func (s *sightings) note(ctx context.Context, r eventstore.Record, e incident.Event, within time.Duration) error {
	id := r.Stream.ID()
	known, err := s.known(ctx, r, e)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show(r, e)
	switch e := e.(type) {
	case incident.Declined, incident.Voided, incident.HandedOver:
		delete(s.open, id)
	case incident.Attached, incident.Handled:
	case incident.Closed:
		delete(s.open, id)
		if e.At.After(s.latest) {
			s.latest = e.At
		}
		if known.point != nil && !known.matter.IsZero() {
			s.put(id, closing{sight: known, at: e.At, position: r.Position})
			s.prune(2 * within)
		}
	case incident.Reopened:
		s.drop(id)
		s.remember(id, known)
	case incident.SpotChecked:
		if e.Again != nil {
			s.drop(id)
			s.remember(id, known)
		}
	case incident.Recurred:
		if c, closed := s.closed[id]; closed {
			c.times = e.Count
			s.put(id, c)
			return nil
		}
		s.remember(id, known.after(e))
	default:
		s.remember(id, known.after(e))
	}
	return nil
}

// known returns what was known of an incident before a fact for which that matters.
func (s *sightings) known(ctx context.Context, r eventstore.Record, e incident.Event) (sight, error) {
	switch e.(type) {
	case incident.Reported, incident.Declined, incident.Voided, incident.HandedOver, incident.Attached, incident.Handled:
		return sight{}, nil
	default:
	}
	return s.sight(ctx, r.Stream.ID(), r.Version)
}

// counts says which time an incident is, as soon as that is known.
func (s *sightings) counts(id string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.open[id]; ok {
		known.times = times
		s.open[id] = known
	}
}

func (s *sightings) remember(id string, x sight) {
	if len(s.open) >= sights {
		for other := range s.open { // any one will do: it is read again when needed
			delete(s.open, other)
			break
		}
	}
	s.open[id] = x
}

func (s *sightings) put(id string, c closing) {
	s.drop(id)
	s.closed[id] = c
	q := squareOf(c.matter, *c.point)
	if s.near[q] == nil {
		s.near[q] = map[string]struct{}{}
	}
	s.near[q][id] = struct{}{}
	s.dirty[id] = true
}

func (s *sightings) drop(id string) {
	c, closed := s.closed[id]
	if !closed {
		return
	}
	q := squareOf(c.matter, *c.point)
	if delete(s.near[q], id); len(s.near[q]) == 0 {
		delete(s.near, q)
	}
	delete(s.closed, id)
	s.dirty[id] = true
}

// prune forgets closings of long ago.
func (s *sightings) prune(keep time.Duration) {
	if s.pruned++; s.pruned < pruneEvery {
		return
	}
	s.pruned = 0
	for id, c := range s.closed {
		if c.at.Before(s.latest.Add(-keep)) {
			s.drop(id)
		}
	}
}

// before returns the latest closing of the same matter near a point, known before a
// position, of those that ended within some time before a moment.
func (s *sightings) before(id string, x sight, at eventstore.Position, metres float64, within time.Duration) (string, closing, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best closing
	var of string
	if x.point == nil || x.matter.IsZero() {
		return "", best, false
	}
	corner := geo.NewBoundAroundPoint(*x.point, metres)
	from, to := squareOf(x.matter, corner.Min), squareOf(x.matter, corner.Max)
	for lng := from.lng; lng <= to.lng; lng++ {
		for lat := from.lat; lat <= to.lat; lat++ {
			for other := range s.near[square{x.matter, lng, lat}] {
				c := s.closed[other]
				fits := other != id && c.position < at && !c.at.After(x.reported) && x.reported.Sub(c.at) <= within &&
					geo.DistanceHaversine(*x.point, *c.point) <= metres
				if fits && (of == "" || c.position > best.position) {
					of, best = other, c
				}
			}
		}
	}
	return of, best, of != ""
}

// shows returns the photos of a fact with what they show; nil: they are not looked at.
func shows(e incident.Event) map[string][]string {
	photos := incident.FactOf(e).Photos
	switch e := e.(type) {
	case incident.Reported:
		return map[string][]string{showsBefore: photos, showsAfter: e.After}
	case incident.Handled:
		return map[string][]string{showsAfter: photos}
	case incident.Attached:
		return map[string][]string{showsBeside: photos}
	default:
	}
	return nil
}

// show notes the photos of a fact.
func (s *sightings) show(r eventstore.Record, e incident.Event) {
	for as, photos := range shows(e) {
		for _, photo := range photos {
			x := shown{r.Stream.ID(), as, r.Position}
			if !slices.ContainsFunc(s.photos[photo], func(y shown) bool { return y.incident == x.incident && y.shows == x.shows }) {
				s.photos[photo] = append(s.photos[photo], x)
			}
		}
	}
}

// usedBefore returns who showed a photo before a position, if that is odd: another
// incident, or this one as the state before it was handled.
func (s *sightings) usedBefore(ctx context.Context, photo, id, as string, at eventstore.Position) (other string, odd bool, err error) {
	rows, err := s.db.Read.QueryContext(ctx, photoOf, photo)
	if err != nil {
		return "", false, fmt.Errorf("workflow: reading photos: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all []shown
	for rows.Next() {
		var x shown
		if err := rows.Scan(&x.incident, &x.shows, &x.position); err != nil {
			return "", false, fmt.Errorf("workflow: reading photos: %w", err)
		}
		all = append(all, x)
	}
	if err := rows.Err(); err != nil {
		return "", false, fmt.Errorf("workflow: reading photos: %w", err)
	}
	s.mu.Lock()
	all = append(all, s.photos[photo]...)
	s.mu.Unlock()
	for _, x := range all {
		switch {
		case x.incident != id && x.position < at:
			return x.incident, true, nil
		case x.incident == id && x.position <= at && x.shows == showsBefore && as == showsAfter:
			odd = true
		}
	}
	return "", odd, nil
}

// unwritten is what the tables lack.
type unwritten struct {
	ids    []string // whose closing changed
	rows   map[string]closing
	photos map[string][]shown
}

func (u unwritten) empty() bool { return len(u.ids) == 0 && len(u.photos) == 0 }

// take returns what is to be written.
func (s *sightings) take() unwritten {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := unwritten{rows: map[string]closing{}, photos: map[string][]shown{}}
	for id := range s.dirty {
		u.ids = append(u.ids, id)
		if c, closed := s.closed[id]; closed {
			u.rows[id] = c
		}
	}
	for photo, by := range s.photos {
		u.photos[photo] = slices.Clone(by)
	}
	s.dirty = map[string]bool{}
	return u
}

// write writes it.
func (u unwritten) write(ctx context.Context, tx *sql.Tx) error {
	for _, id := range u.ids {
		c, closed := u.rows[id]
		if !closed {
			if _, err := tx.ExecContext(ctx, "DELETE FROM workflow_closing WHERE incident = $1", id); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.ExecContext(ctx, closingSet, id, c.number, c.matter.String(), c.point.Lon(), c.point.Lat(),
			c.at.UnixMicro(), int64(c.position), c.times); err != nil {
			return err
		}
	}
	for photo, by := range u.photos {
		for _, x := range by {
			if _, err := tx.ExecContext(ctx, photoSet, photo, x.incident, x.shows, int64(x.position)); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrote says whether what was taken is in the tables now.
func (s *sightings) wrote(u unwritten, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !done {
		for _, id := range u.ids {
			s.dirty[id] = true
		}
		return
	}
	for photo, by := range u.photos {
		rest := slices.DeleteFunc(slices.Clone(s.photos[photo]), func(x shown) bool { return slices.Contains(by, x) })
		if s.photos[photo] = rest; len(rest) == 0 {
			delete(s.photos, photo)
		}
	}
}
