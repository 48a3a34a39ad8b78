package wall

import (
	"encoding/json"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

// The kinds of item, each with its id. <scope> is the district's or a street's code.
const (
	KindDay    = "day"    // day:<2026-11-23>:<scope> — what happened on one day
	KindOpen   = "open"   // open:<scope> — what is open
	KindStage  = "stage"  // stage:<scope>:<stage>, of these
	KindTier   = "tier"   // tier:<scope>:<tier>
	KindSource = "source" // source:<scope>:<source>
	KindLamp   = "lamp"   // lamp:<scope>:<lamp>
	KindMatter = "matter" // matter:<scope>:<scheme/kind/code>
	KindUnit   = "unit"   // unit:<scope>:<unit that holds it>
	KindStreet = "street" // street:<street>, on the district's wall
	KindLast   = "last"   // last:<incident> — what just happened, to the twenty of late
)

// An Item is one figure, or one group of figures, of the wall.
type Item struct {
	ID     string           `json:"id"`
	Kind   string           `json:"kind"`
	Scope  string           `json:"scope"`            // whose wall it stands on
	Key    string           `json:"key,omitempty"`    // the stage, tier, source, lamp, matter, unit or street
	Name   string           `json:"name,omitempty"`   // of a unit or street
	Matter *casefile.Matter `json:"matter,omitempty"` // of a matter
	Count  *int64           `json:"count,omitempty"`  // open incidents
	Red    *int64           `json:"red,omitempty"`    // of these, past a deadline
	// Day is the day that Figures are of: for a street, matter, source or unit the
	// latest on which any of them moved, to be shown only if that is today.
	Day string `json:"day,omitempty"`
	*Figures
}

// Figures are counts of one day's facts, as package figures defines them.
type Figures struct {
	Reported      int64 `json:"reported"`
	Filed         int64 `json:"filed"`
	Declined      int64 `json:"declined"`
	Dispatched    int64 `json:"dispatched"`
	Handled       int64 `json:"handled"`
	HandledOnTime int64 `json:"handled_on_time"`
	ToBeHandled   int64 `json:"to_be_handled"`
	Overdue       int64 `json:"overdue"` // handling deadlines that passed
	Closed        int64 `json:"closed"`
	ClosedOnTime  int64 `json:"closed_on_time"`
	ToBeClosed    int64 `json:"to_be_closed"`
	Returns       int64 `json:"returns"`
	Reworks       int64 `json:"reworks"`
}

// add counts one fact and tells whether the wall shows such.
func (f *Figures) add(figure figures.Figure) bool {
	switch figure {
	case figures.Reported:
		f.Reported++
	case figures.Filed:
		f.Filed++
	case figures.Declined:
		f.Declined++
	case figures.Dispatched:
		f.Dispatched++
	case figures.Handled:
		f.Handled++
	case figures.OnTime(incident.Handling):
		f.HandledOnTime++
		f.ToBeHandled++
	case figures.Expired(incident.Handling):
		f.Overdue++
		f.ToBeHandled++
	case figures.Closed:
		f.Closed++
	case figures.TotalOnTime:
		f.ClosedOnTime++
		f.ToBeClosed++
	case figures.TotalExpired:
		f.ToBeClosed++
	case figures.Returned:
		f.Returns++
	case figures.Reworked:
		f.Reworks++
	default:
		return false
	}
	return true
}

// A Happening is what just happened to an incident: no description, no address, no person.
type Happening struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Incident string            `json:"incident"`
	Number   string            `json:"number"`
	Event    string            `json:"event"` // the fact's word: reported, filed, dispatched, …
	At       time.Time         `json:"at"`
	Position int64             `json:"position"`
	Matter   *casefile.Matter  `json:"matter"`
	Source   incident.Source   `json:"source"`
	Status   incident.Status   `json:"status"`
	Stage    *incident.Stage   `json:"stage"`
	Tier     jurisdiction.Tier `json:"tier"`
	Lamp     incident.Lamp     `json:"lamp"`
	Street   string            `json:"street"`
}

// row is an item as the view keeps it.
type row struct {
	item     *Item      // one of these two
	last     *Happening // is set, unless the item is gone
	position int64      // of the fact that touched it last
	keys     []string   // visibility keys
	ever     []string   // every key it had, ever: whoever had it must hear that it is gone
}

func (r *row) gone() bool { return r.item == nil && r.last == nil }

func (r *row) data() (json.RawMessage, error) {
	switch {
	case r.item != nil:
		return json.Marshal(r.item)
	case r.last != nil:
		return json.Marshal(r.last)
	}
	return nil, nil
}
