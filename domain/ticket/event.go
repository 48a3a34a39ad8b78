package ticket

import (
	"fmt"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Category is the category of a ticket's stream.
const Category = "ticket"

// An Event is a fact about one ticket. The set is closed.
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
	// Received opens a ticket. "ticket.received".
	Received struct {
		Fact
		Source   string  `json:"source"`
		External string  `json:"external"`
		Digest   string  `json:"digest"` // of Content
		Content  Content `json:"content"`
		Clocks   Clocks  `json:"clocks"`
	}
	// Changed is a newer version by the city; it stands in the place of the one before.
	// "ticket.changed".
	Changed struct {
		Fact
		Digest  string  `json:"digest"`
		Content Content `json:"content"`
		Clocks  Clocks  `json:"clocks"`
	}
	// Noted is an older version that came late; it changes nothing. "ticket.noted".
	Noted struct {
		Fact
		Digest  string  `json:"digest"`
		Content Content `json:"content"`
	}
	// Conflicted is a version that is there already, with other content. The first one
	// stays. "ticket.conflicted".
	Conflicted struct {
		Fact
		Digest  string  `json:"digest"`
		Content Content `json:"content"`
	}
	// Signed takes it on. "ticket.signed".
	Signed struct{ Fact }
	// Contacted is one line of the contact log. "ticket.contacted".
	Contacted struct {
		Fact
		Reached bool      `json:"reached"`
		When    time.Time `json:"when"`
		Note    string    `json:"note,omitempty"`
	}
	// Linked says which incident it became or joined. "ticket.linked".
	Linked struct {
		Fact
		Incident string `json:"incident"`
		Number   string `json:"number"`
		Street   string `json:"street,omitempty"` // where it lies; empty: not known
		// Where and at which tier it was then; empty: facts of old do not say.
		Community string            `json:"community,omitempty"`
		Tier      jurisdiction.Tier `json:"tier,omitempty"`
	}
	// Replied answers, in two texts; nobody has read them yet. "ticket.replied".
	Replied struct {
		Fact
		ToCaller   string     `json:"to_caller"`
		ToCity     string     `json:"to_city"`
		Resolution Resolution `json:"resolution"`
		Unit       string     `json:"unit,omitempty"` // that handled the incident it tells of; empty: the desk answers
	}
	// Reviewed lets the texts out, or sends them back to be written again. "ticket.reviewed".
	Reviewed struct {
		Fact
		Passed bool   `json:"passed"`
		Reason string `json:"reason,omitempty"`
	}
	// ReturnAsked asks the city to take it back. "ticket.return_asked".
	ReturnAsked struct {
		Fact
		Reason string `json:"reason"`
	}
	// Ruled is the city's decision: on a return, or on its own clock. "ticket.ruled".
	Ruled struct {
		Fact
		Decision Decision   `json:"decision"`
		Number   string     `json:"number,omitempty"` // of the city's paper
		Reason   string     `json:"reason,omitempty"`
		DueAt    *time.Time `json:"due_at,omitempty"`
		Clocks   *Clocks    `json:"clocks,omitempty"` // as moved; nil: they stay
	}
	// CalledBack is what the caller told the city. "ticket.called_back".
	CalledBack struct {
		Fact
		Result   Rating `json:"result"`
		ForCause bool   `json:"for_cause,omitempty"`
		Note     string `json:"note,omitempty"`
	}
	// RedoAsked asks that it be done again by another person. "ticket.redo_asked".
	RedoAsked struct {
		Fact
		Person string `json:"person"`
		Reason string `json:"reason"`
	}
	// RedoDecided is the word of the level above. "ticket.redo_decided".
	RedoDecided struct {
		Fact
		Approved bool   `json:"approved"`
		Reason   string `json:"reason,omitempty"`
	}
	// Warned says that most of a clock's time is used up. "ticket.warned".
	Warned struct {
		Fact
		Clock Clock     `json:"clock"`
		Due   time.Time `json:"due"`
	}
	// Expired says that a clock ran out before what it runs for was done. "ticket.expired".
	Expired struct {
		Fact
		Clock Clock     `json:"clock"`
		Due   time.Time `json:"due"`
	}
	// Recomputed gives clocks an end that the calendar could not say before.
	// "ticket.recomputed".
	Recomputed struct {
		Fact
		Calendar string `json:"calendar"`
		Clocks   Clocks `json:"clocks"`
	}
	// Repeated says that the same caller called about the same before. "ticket.repeated".
	Repeated struct {
		Fact
		Of     string `json:"of"` // the last ticket before it
		Number string `json:"number"`
		Count  int    `json:"count"` // how many tickets before it
	}
	// CallerViewed says that somebody was shown the caller's name and telephone.
	// "ticket.caller_viewed".
	CallerViewed struct {
		Fact
		Reason string `json:"reason"`
	}
)

func (Received) isEvent()     {}
func (Changed) isEvent()      {}
func (Noted) isEvent()        {}
func (Conflicted) isEvent()   {}
func (Signed) isEvent()       {}
func (Contacted) isEvent()    {}
func (Linked) isEvent()       {}
func (Replied) isEvent()      {}
func (Reviewed) isEvent()     {}
func (ReturnAsked) isEvent()  {}
func (Ruled) isEvent()        {}
func (CalledBack) isEvent()   {}
func (RedoAsked) isEvent()    {}
func (RedoDecided) isEvent()  {}
func (Warned) isEvent()       {}
func (Expired) isEvent()      {}
func (Recomputed) isEvent()   {}
func (Repeated) isEvent()     {}
func (CallerViewed) isEvent() {}

// Events holds one zero value of every Event.
var Events = []Event{
	Received{},
	Changed{},
	Noted{},
	Conflicted{},
	Signed{},
	Contacted{},
	Linked{},
	Replied{},
	Reviewed{},
	ReturnAsked{},
	Ruled{},
	CalledBack{},
	RedoAsked{},
	RedoDecided{},
	Warned{},
	Expired{},
	Recomputed{},
	Repeated{},
	CallerViewed{},
}

// ContentOf returns what the city said, of a fact that is its word.
func ContentOf(e Event) (Content, bool) {
	switch e := e.(type) {
	case Received:
		return e.Content, true
	case Changed:
		return e.Content, true
	case Noted:
		return e.Content, true
	case Conflicted:
		return e.Content, true
	default:
		return Content{}, false
	}
}

// An UnknownTypeError says that a stored name means nothing to this program.
type UnknownTypeError = domain.UnknownTypeError

// Encode returns e as it is stored: a name written by hand that never changes, and
// one JSON object.
func Encode(e Event) (name string, data []byte, err error) { return domain.Encode(nameOf(e), e) }

func nameOf(e Event) string {
	switch e.(type) {
	case Received:
		return "ticket.received"
	case Changed:
		return "ticket.changed"
	case Noted:
		return "ticket.noted"
	case Conflicted:
		return "ticket.conflicted"
	case Signed:
		return "ticket.signed"
	case Contacted:
		return "ticket.contacted"
	case Linked:
		return "ticket.linked"
	case Replied:
		return "ticket.replied"
	case Reviewed:
		return "ticket.reviewed"
	case ReturnAsked:
		return "ticket.return_asked"
	case Ruled:
		return "ticket.ruled"
	case CalledBack:
		return "ticket.called_back"
	case RedoAsked:
		return "ticket.redo_asked"
	case RedoDecided:
		return "ticket.redo_decided"
	case Warned:
		return "ticket.warned"
	case Expired:
		return "ticket.expired"
	case Recomputed:
		return "ticket.recomputed"
	case Repeated:
		return "ticket.repeated"
	case CallerViewed:
		return "ticket.caller_viewed"
	}
	panic(fmt.Sprintf("ticket: event %T has no stored name", e))
}

// Decode returns the event that was stored under name.
func Decode(name string, data []byte) (Event, error) {
	switch name {
	case "ticket.received":
		return as[Received](name, data)
	case "ticket.changed":
		return as[Changed](name, data)
	case "ticket.noted":
		return as[Noted](name, data)
	case "ticket.conflicted":
		return as[Conflicted](name, data)
	case "ticket.signed":
		return as[Signed](name, data)
	case "ticket.contacted":
		return as[Contacted](name, data)
	case "ticket.linked":
		return as[Linked](name, data)
	case "ticket.replied":
		return as[Replied](name, data)
	case "ticket.reviewed":
		return as[Reviewed](name, data)
	case "ticket.return_asked":
		return as[ReturnAsked](name, data)
	case "ticket.ruled":
		return as[Ruled](name, data)
	case "ticket.called_back":
		return as[CalledBack](name, data)
	case "ticket.redo_asked":
		return as[RedoAsked](name, data)
	case "ticket.redo_decided":
		return as[RedoDecided](name, data)
	case "ticket.warned":
		return as[Warned](name, data)
	case "ticket.expired":
		return as[Expired](name, data)
	case "ticket.recomputed":
		return as[Recomputed](name, data)
	case "ticket.repeated":
		return as[Repeated](name, data)
	case "ticket.caller_viewed":
		return as[CallerViewed](name, data)
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
