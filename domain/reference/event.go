package reference

import (
	"fmt"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
)

// An Event is a fact about a district's reference data. The set is closed.
//
//sumtype:decl
type Event interface {
	isEvent()
	fact() Fact
}

// Fact is what every event carries.
type Fact struct {
	At time.Time      `json:"at"` // when it was enacted, by the ledger's clock
	By incident.Actor `json:"by"`
}

func (f Fact) fact() Fact { return f }

// FactOf returns what e carries as every event does.
func FactOf(e Event) Fact { return e.fact() }

type (
	// Enacted puts whole tables in the place of those before, from Effective on.
	// Stored as "reference.enacted".
	Enacted struct {
		Fact
		Version   string            `json:"version"`
		Effective time.Time         `json:"effective"` // never before At
		Basis     string            `json:"basis,omitempty"`
		Note      string            `json:"note,omitempty"`
		Tables    map[string]string `json:"tables"` // CSV by name
	}

	// Ruled settles who answers for a matter in an area. "reference.ruled".
	Ruled struct {
		Fact
		Number    string        `json:"number"`
		Authority string        `json:"authority,omitempty"`
		Matter    catalogue.Key `json:"matter"`
		Area      string        `json:"area"`
		Unit      string        `json:"unit"` // a unit's code, or a template
		Effective time.Time     `json:"effective"`
		Expires   *time.Time    `json:"expires,omitempty"`
		Basis     string        `json:"basis,omitempty"`
	}

	// RulingEnded lets a ruling bind no longer, from Ends on. "reference.ruling_ended".
	RulingEnded struct {
		Fact
		Number string    `json:"number"`
		Ends   time.Time `json:"ends"` // never before At
		Reason string    `json:"reason"`
	}

	// GridDrawn divides the ground anew, from Effective on. "reference.grid_drawn".
	GridDrawn struct {
		Fact
		Version   string    `json:"version"`   // incidents name it with their grid's code
		Effective time.Time `json:"effective"` // never before At
		Basis     string    `json:"basis,omitempty"`
		Note      string    `json:"note,omitempty"`
		Grids     int       `json:"grids"`        // how many there are
		SHA256    string    `json:"sha256"`       // of the GeoJSON, unpacked, in hexadecimal
		GeoJSON   []byte    `json:"geojson_gzip"` // a FeatureCollection in WGS-84, packed
	}
)

func (Enacted) isEvent()     {}
func (Ruled) isEvent()       {}
func (RulingEnded) isEvent() {}
func (GridDrawn) isEvent()   {}

// Events holds one zero value of every Event.
var Events = []Event{Enacted{}, Ruled{}, RulingEnded{}, GridDrawn{}}

// An UnknownTypeError says that a stored name means nothing to this program.
type UnknownTypeError = domain.UnknownTypeError

// Encode returns e as it is stored: a name written by hand that never changes, and one
// JSON object.
func Encode(e Event) (name string, data []byte, err error) { return domain.Encode(nameOf(e), e) }

func nameOf(e Event) string {
	switch e.(type) {
	case Enacted:
		return "reference.enacted"
	case Ruled:
		return "reference.ruled"
	case RulingEnded:
		return "reference.ruling_ended"
	case GridDrawn:
		return "reference.grid_drawn"
	}
	panic(fmt.Sprintf("reference: event %T has no stored name", e))
}

// Decode returns the event that was stored under name. It returns an
// [*UnknownTypeError] for a name it does not know.
func Decode(name string, data []byte) (Event, error) {
	switch name {
	case "reference.enacted":
		return as[Enacted](name, data)
	case "reference.ruled":
		return as[Ruled](name, data)
	case "reference.ruling_ended":
		return as[RulingEnded](name, data)
	case "reference.grid_drawn":
		return as[GridDrawn](name, data)
	}
	return nil, &UnknownTypeError{Name: name}
}

func as[E Event](name string, data []byte) (Event, error) {
	e, err := domain.Decode(name, data, func(e E) time.Time { return e.fact().At })
	if err != nil {
		return nil, err
	}
	return e, nil
}
