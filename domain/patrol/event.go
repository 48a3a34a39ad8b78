package patrol

import (
	"fmt"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/incident"
)

// Category is the category of a stream of one inspector's day.
const Category = "patrol"

// An Event is a fact about one inspector's day. The set is closed.
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
	// WentOn begins a stint. "patrol.went_on".
	WentOn struct{ Fact }

	// WentOff ends it. "patrol.went_off".
	WentOff struct{ Fact }

	// Tracked holds one batch of fixes by time, none of which was known, and the
	// grids they name. "patrol.tracked".
	Tracked struct {
		Fact
		Fixes []Fix    `json:"fixes"`
		Grids []string `json:"grids"`
	}
)

func (WentOn) isEvent()  {}
func (WentOff) isEvent() {}
func (Tracked) isEvent() {}

// Events holds one zero value of every Event.
var Events = []Event{WentOn{}, WentOff{}, Tracked{}}

// An UnknownTypeError says that a stored name means nothing to this program.
type UnknownTypeError = domain.UnknownTypeError

// Encode returns e as it is stored: a name written by hand that never changes, and
// one JSON object.
func Encode(e Event) (name string, data []byte, err error) { return domain.Encode(nameOf(e), e) }

func nameOf(e Event) string {
	switch e.(type) {
	case WentOn:
		return "patrol.went_on"
	case WentOff:
		return "patrol.went_off"
	case Tracked:
		return "patrol.tracked"
	}
	panic(fmt.Sprintf("patrol: event %T has no stored name", e))
}

// Decode returns the event that was stored under name.
func Decode(name string, data []byte) (Event, error) {
	switch name {
	case "patrol.went_on":
		return as[WentOn](name, data)
	case "patrol.went_off":
		return as[WentOff](name, data)
	case "patrol.tracked":
		return as[Tracked](name, data)
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

// A reason is why a rule says no; its sentences end what the act's begin.
type reason struct{ code, field, zh, en string }

// An act is what was asked, as both languages begin a refusal of it.
type act struct{ zh, en string }

var (
	goingOn  = act{"不能上岗：", "Cannot go on duty: "}
	goingOff = act{"不能离岗：", "Cannot go off duty: "}
	tracking = act{"不能上传轨迹：", "Cannot take the track: "}
)

// The rules' reasons.
var (
	inspectorsOnly = reason{"inspectors_only", "", "只有网格员巡查", "only inspectors patrol"}
	otherDay       = reason{"other_day", "at", "不是当日", "it is another day"}
	beforeLast     = reason{"before_last_mark", "at", "早于上一次在岗、离岗记录", "duty began or ended later than that already"}
	offDuty        = reason{"off_duty", "", "不在岗时不记录轨迹", "tracks are taken on duty only"}
)

func (r reason) to(a act) *domain.Refusal {
	no := domain.Refuse(r.code, a.zh+r.zh+"。", "%s%s.", a.en, r.en)
	no.Field = r.field
	return no
}
