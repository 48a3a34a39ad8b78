package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

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
)

func (Enacted) isEvent()     {}
func (Ruled) isEvent()       {}
func (RulingEnded) isEvent() {}

// Events holds one zero value of every Event.
var Events = []Event{Enacted{}, Ruled{}, RulingEnded{}}

// An UnknownTypeError says that a stored name means nothing to this program: a newer
// one wrote it.
type UnknownTypeError struct{ Name string }

func (e *UnknownTypeError) Error() string {
	return fmt.Sprintf("reference: no event is stored as %q", e.Name)
}

// Encode returns e as it is stored: a name written by hand that never changes, and one
// JSON object.
func Encode(e Event) (name string, data []byte, err error) {
	switch e.(type) {
	case Enacted:
		name = "reference.enacted"
	case Ruled:
		name = "reference.ruled"
	case RulingEnded:
		name = "reference.ruling_ended"
	default:
		panic(fmt.Sprintf("reference: event %T has no stored name", e))
	}
	if data, err = json.Marshal(e); err != nil {
		return "", nil, fmt.Errorf("reference: encoding %T: %w", e, err)
	}
	return name, data, nil
}

// Decode returns the event that was stored under name. It returns an
// [*UnknownTypeError] for a name it does not know.
func Decode(name string, data []byte) (Event, error) {
	read, known := map[string]func([]byte) (Event, error){
		"reference.enacted":      as[Enacted],
		"reference.ruled":        as[Ruled],
		"reference.ruling_ended": as[RulingEnded],
	}[name]
	if !known {
		return nil, &UnknownTypeError{Name: name}
	}
	e, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("reference: decoding %s: %w", name, err)
	}
	return e, nil
}

// as reads an event of one type; fields it does not know are a newer program's.
func as[E Event](data []byte) (Event, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return nil, fmt.Errorf("a fact is one JSON object, not %.20q", data)
	}
	var e E
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	if e.fact().At.IsZero() {
		return nil, fmt.Errorf("a fact has a time")
	}
	return e, nil
}
