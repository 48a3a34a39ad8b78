package workflow

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/geo/basegrid"
)

// A drawing is one edition of the ground. It is built when it is first asked for.
type drawing func() (*basegrid.Grid, error)

func drawn(e reference.GridEdition) drawing {
	return sync.OnceValues(func() (*basegrid.Grid, error) {
		g, err := basegrid.Unpack(e.GeoJSON, e.SHA256)
		if err != nil {
			return nil, fmt.Errorf("workflow: grid %s: %w", e.Version, err)
		}
		return g, nil
	})
}

// Ground is the base grid of every moment, as the facts of the ledger draw it. It is a
// [basegrid.Source].
type Ground struct{ library *Library }

// Ground returns the ground that the library knows.
func (l *Library) Ground() Ground { return Ground{l} }

// At implements [basegrid.Source]. An edition was checked before it became a fact, so one
// that cannot be built is a ledger that was tampered with: nothing is located by another.
func (g Ground) At(t time.Time) *basegrid.Grid {
	grid, err := g.library.grid(t)
	if err != nil {
		panic(err)
	}
	return grid
}

func (l *Library) grid(at time.Time) (*basegrid.Grid, error) {
	s := l.shown.Load()
	if i := s.history.GridAt(at); i >= 0 {
		return s.drawn[i]()
	}
	return basegrid.Load()
}

// Verify builds every edition of the ground, and says which is not what was drawn.
func (g Ground) Verify() error {
	for _, draw := range g.library.shown.Load().drawn {
		if _, err := draw(); err != nil {
			return err
		}
	}
	return nil
}

// A Drawing says how the ground is to be divided anew.
type Drawing struct {
	Grid      *basegrid.Grid // checked as a whole
	Effective time.Time      // zero: at once
	Basis     string
	Note      string
	DryRun    bool // check and preview only
	Options   Options
}

// A Redrawn is what a drawing changes.
type Redrawn struct {
	Version   string
	Effective time.Time // zero: nothing changes
	Changes   []basegrid.Change
	Position  int64
}

// A GroundError says why a grid is none for this district.
type GroundError struct{ Faults []string }

func (e *GroundError) Error() string { return strings.Join(e.Faults, "\n") }

// maxPacked bounds a grid that becomes a fact, in bytes: as text it is a third more.
const maxPacked = 11 << 20

// Draw says what a grid changes and, unless it is a dry run, has it count: whole, or not
// at all. Every community in it must be one of the district's.
func (s *Service) Draw(ctx context.Context, d Drawing, by incident.Actor) (Redrawn, error) {
	if s.library == nil {
		return Redrawn{}, errFixed
	}
	if _, err := s.concluded(ctx); err != nil { // reads up to the head
		return Redrawn{}, err
	}
	at := s.when(d.Options.At, nil)
	effective := d.Effective
	if effective.IsZero() {
		effective = at
	}
	if err := s.grounded(d.Grid, effective); err != nil {
		return Redrawn{}, err
	}
	before, err := s.library.grid(effective)
	if err != nil {
		return Redrawn{}, err
	}
	out := Redrawn{Version: d.Grid.Version(), Changes: basegrid.Difference(before, d.Grid), Position: int64(s.library.Position())}
	packed, sum, err := d.Grid.Pack()
	if err != nil {
		return out, err
	}
	if len(packed) > maxPacked {
		return out, &GroundError{[]string{fmt.Sprintf("file: %d bytes when packed, at most %d fit into a fact", len(packed), maxPacked)}}
	}
	c := reference.DrawGrid{
		Version: d.Grid.Version(), Effective: d.Effective, Basis: d.Basis, Note: d.Note,
		Grids: len(d.Grid.Cells()), SHA256: sum, GeoJSON: packed,
	}
	if d.DryRun {
		events, err := reference.Decide(s.library.History(), reference.Order{At: at, By: by, Base: s.library.base, Command: c})
		if err == nil && len(events) > 0 {
			out.Effective = effective
		}
		return out, err
	}
	given, err := s.Enact(ctx, c, by, d.Options)
	if err != nil {
		return out, err
	}
	if n := len(given.State.Grids); n > 0 && !given.Nothing {
		out.Effective, out.Position = given.State.Grids[n-1].Effective, int64(given.Position)
	}
	return out, nil
}

// grounded says what of a grid belongs to no unit of the district, or which name is taken.
func (s *Service) grounded(g *basegrid.Grid, at time.Time) error {
	var faults []string
	book := s.library.At(at).Book
	base, err := basegrid.Load()
	if err != nil {
		return err
	}
	if g.Version() == base.Version() {
		faults = append(faults, fmt.Sprintf("version: %q is the grid that the ledger began with", g.Version()))
	}
	if g.District().Code != book.District() {
		faults = append(faults, fmt.Sprintf("district: %s is not this district, %s", g.District().Code, book.District()))
	}
	for _, c := range g.Communities() {
		if u, known := book.Unit(c.Code); !known || !u.IsDesk() {
			faults = append(faults, fmt.Sprintf("community: %s (%s) is no community of this district", c.Code, c.Name))
		}
	}
	if len(faults) > 0 {
		return &GroundError{faults}
	}
	return nil
}
