package live

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// People are where inspectors on duty are now: the layer "patrols" of the picture. The
// last word wins and nothing is replayed: what was known before this process began, or
// before a client came, is nobody's business here. Who goes off duty, and whose last
// fix has grown old, is gone.
type People struct {
	now func() time.Time

	mu    sync.Mutex
	count int64 // grows with every word
	by    map[string]walker
	moved []func()
}

// A walker is where somebody was last.
type walker struct {
	unit  string // community
	at    time.Time
	point orb.Point
	item  projections.Item
	word  int64 // the count of the word
}

// NewPeople returns nobody yet; now is the ledger's clock.
func NewPeople(now func() time.Time) *People {
	return &People{now: now, by: map[string]walker{}}
}

// Run takes in what inspectors' phones send, from the ledger's head on, until ctx ends.
func (p *People) Run(ctx context.Context, ledger eventstore.Store) error {
	after, err := ledger.Head(ctx)
	if err != nil {
		return err
	}
	for {
		if err := ledger.Wait(ctx, after); err != nil {
			return err
		}
		page, err := ledger.Page(ctx, after, eventstore.DefaultPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			p.take(r)
			after = r.Position
		}
	}
}

// onMove has f called after each word. It must not wait.
func (p *People) onMove(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved = append(p.moved, f)
}

// take takes in one fact. What this program cannot read is for others to stop at: here
// it moves nobody.
func (p *People) take(r eventstore.Record) {
	if r.Stream.Category() != patrol.Category {
		return
	}
	e, err := patrol.Decode(r.Type, r.Data)
	if err != nil {
		return
	}
	by := patrol.FactOf(e).By
	p.mu.Lock()
	switch e := e.(type) {
	case patrol.Tracked:
		if len(e.Fixes) == 0 {
			break
		}
		last := e.Fixes[len(e.Fixes)-1]
		if p.by[by.Person].at.After(last.At) {
			break // a late batch
		}
		p.count++
		p.by[by.Person] = walker{by.Unit, last.At, last.Point, itemOf(by.Person, by.Unit, last), p.count}
	case patrol.WentOff:
		delete(p.by, by.Person)
		p.count++
	case patrol.WentOn: // nobody knows where yet
	}
	wake := slices.Clone(p.moved)
	p.mu.Unlock()
	for _, f := range wake {
		f()
	}
}

func itemOf(who, unit string, f patrol.Fix) projections.Item {
	id := "patrol:" + who
	data, _ := json.Marshal(map[string]any{ // plain values: it always encodes
		"type": "Feature", "id": id,
		"geometry": map[string]any{"type": "Point", "coordinates": f.Point},
		"properties": map[string]any{
			"layer": "patrols", "inspector": who, "unit": unit, "grid": f.Grid, "at": f.At, "accuracy_m": f.AccuracyM,
		},
	})
	return projections.Item{ID: id, Data: data}
}

// seen returns where those are whom a watch asks for and its caller may see: an
// inspector sees themselves, a station its inspectors, a desk those below it. Nobody else
// sees where staff are.
func (p *People) seen(r request, book *jurisdiction.Book, who jurisdiction.Person) map[string]walker {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]walker{}
	for name, x := range p.by {
		if now.Sub(x.at) <= patrol.Default.StaleAfter && mayFollow(book, who, name, x.unit) && r.holds(x) {
			out[name] = x
		}
	}
	return out
}

func mayFollow(book *jurisdiction.Book, who jurisdiction.Person, name, unit string) bool {
	switch who.Role {
	case jurisdiction.Inspector:
		return who.Name == name
	case jurisdiction.CommunityStaff, jurisdiction.StreetDesk, jurisdiction.DistrictDesk:
		return who.Unit == unit || book.Above(who.Unit, unit)
	}
	return false
}

// holds tells whether a watch's cells or scope hold somebody.
func (r request) holds(x walker) bool {
	if r.Scope != "" {
		return strings.HasPrefix(x.unit, r.Scope)
	}
	return slices.Contains(r.Cells, casefile.CellOf(x.point))
}

// people sends a watch who moved since it was told, in a frame that covers no position:
// it says nothing of the ledger. True: it sent one.
func (s *socket) people(w *watch) (bool, error) {
	p := s.hub.deps.People
	if p == nil || w.View != "picture" || !slices.Contains(w.Layers, "patrols") {
		return false, nil
	}
	seen := p.seen(w.request, s.hub.deps.Book(), s.person)
	d := projections.Delta{To: w.at}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if w.told[name] != seen[name].word {
			d.Put = append(d.Put, seen[name].item)
		}
	}
	for name := range w.told {
		if _, still := seen[name]; !still {
			d.Gone = append(d.Gone, "patrol:"+name)
		}
	}
	if len(d.Put)+len(d.Gone) == 0 {
		return false, nil
	}
	slices.SortFunc(d.Put, func(a, b projections.Item) int { return cmp.Compare(a.ID, b.ID) })
	slices.Sort(d.Gone)
	w.told = map[string]int64{}
	for name, x := range seen {
		w.told[name] = x.word
	}
	w.turn = true
	return true, s.send(w, "frame", frameBody(w.at, d))
}
