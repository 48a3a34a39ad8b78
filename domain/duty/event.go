package duty

import (
	"fmt"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/incident"
)

// Category is the category of a desk's streams.
const Category = "duty"

// An Event is a fact about one desk's duty. The set is closed.
//
//sumtype:decl
type Event interface {
	isEvent()
	fact() Fact
}

// Fact is what every event carries.
type Fact struct {
	At time.Time      `json:"at"`
	By incident.Actor `json:"by"`
}

func (f Fact) fact() Fact { return f }

// FactOf returns what e carries as every event does.
func FactOf(e Event) Fact { return e.fact() }

type (
	// Rostered says who is on duty in one shift; the last one counts. "duty.rostered".
	Rostered struct {
		Fact
		Turn   Turn     `json:"turn"`
		People []Member `json:"people"`
		Note   string   `json:"note,omitempty"`
	}

	// Prepared writes a handover's sheet; the last one before a signature counts.
	// "duty.handover_prepared".
	Prepared struct {
		Fact
		Handover string    `json:"handover"`
		Moment   time.Time `json:"moment"`
		Outgoing Turn      `json:"outgoing"`
		Incoming Turn      `json:"incoming"`
		Sheet    Sheet     `json:"sheet"`
	}

	// Signed puts a name under the sheet with this digest. "duty.handover_signed".
	Signed struct {
		Fact
		Handover string `json:"handover"`
		Side     Side   `json:"side"`
		Digest   string `json:"digest"`
	}
)

func (Rostered) isEvent() {}
func (Prepared) isEvent() {}
func (Signed) isEvent()   {}

// Events holds one zero value of every Event.
var Events = []Event{Rostered{}, Prepared{}, Signed{}}

// An UnknownTypeError says that a stored name means nothing to this program.
type UnknownTypeError = domain.UnknownTypeError

// Encode returns e as it is stored: a name written by hand that never changes, and
// one JSON object.
func Encode(e Event) (name string, data []byte, err error) { return domain.Encode(nameOf(e), e) }

func nameOf(e Event) string {
	switch e.(type) {
	case Rostered:
		return "duty.rostered"
	case Prepared:
		return "duty.handover_prepared"
	case Signed:
		return "duty.handover_signed"
	}
	panic(fmt.Sprintf("duty: event %T has no stored name", e))
}

// Decode returns the event that was stored under name.
func Decode(name string, data []byte) (Event, error) {
	switch name {
	case "duty.rostered":
		return as[Rostered](name, data)
	case "duty.handover_prepared":
		return as[Prepared](name, data)
	case "duty.handover_signed":
		return as[Signed](name, data)
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
