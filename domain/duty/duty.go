// Package duty keeps the rules of a desk's day: who is on duty, and what one shift
// hands to the next.
//
//	08:00            20:00            08:00
//	  ├── day shift ──┤── night shift ──┤
//	  ▲               ▲                 ▲
//	handover        handover          handover:  prepared (again and again) ─▶ signed by one ─▶ signed by both
//
// What it keeps true: a sheet says what the facts said when it was prepared, and is
// kept whole, so that it can be shown later; nobody signs for both sides; a sheet that
// one side has signed never changes again; a shift that has begun and ended keeps the
// roster it had.
//
// Whence the rules come (S published, P practice, D decided here):
//
//   - Two shifts, 08–20 and 20–08, and a duty leader in each: P, the row district_desk
//     of the table of texts. Every desk changes shifts at these hours: D.
//   - A sheet of what is handed over, signed by both: P. Two different persons: D.
//   - Signed sheets are frozen, unsigned ones show so: D.
//   - Only people on the roster sign for their shift, where it names accounts: D.
//   - The roster is the duty leader's, or a desk's above: D.
//   - A desk's attended hours, outside which things wait: P, the rows of shifts.
//
// A desk's rosters are one stream, its id the desk's code. Each change of shifts is a
// stream of its own, its id [HandoverID]: sheets are long, and there are two a day for
// ever.
package duty

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Decider joins the rules to the ledger's shape.
var Decider = domain.Decider[Order, Event, State]{Decide: Decide, Evolve: Evolve}

// An Order is a command with everything a rule needs to judge it.
type Order struct {
	At      time.Time // ledger clock
	By      incident.Actor
	Posts   []jurisdiction.Post // of the actor; none: all
	Desk    string              // whose rosters and changes of shifts they are
	Rosters map[Turn]Rostered   // of the desk; for what is done to a change of shifts
	Book    *jurisdiction.Book
	Command Command
}

// A Command asks for something to become true. The set is closed.
//
//sumtype:decl
type Command interface{ isCommand() }

type (
	// Roster says who is on duty in one shift. A later one takes its place.
	Roster struct {
		Turn   Turn
		People []Member
		Note   string
	}
	// Prepare writes the sheet of a handover. The sheet is made from facts at the edge.
	Prepare struct {
		Moment time.Time
		Sheet  Sheet
	}
	// Sign puts a person's name under a sheet.
	Sign struct {
		Handover string // its id
		Side     Side
		Digest   string // of the sheet that was read; empty: not said
	}
)

func (Roster) isCommand()  {}
func (Prepare) isCommand() {}
func (Sign) isCommand()    {}

// A Member is somebody on a roster.
type Member struct {
	Person string            `json:"person,omitempty"` // account; empty: has none
	Name   string            `json:"name"`             // as the roster shows it
	Post   jurisdiction.Post `json:"post"`
}

// Side is which shift a signature stands for.
type Side string

// The sides of a handover.
const (
	Outgoing Side = "outgoing" // 交班人
	Incoming Side = "incoming" // 接班人
)

// Sides holds both sides.
var Sides = []Side{Outgoing, Incoming}

// A Sheet is what one shift tells the next. Lines name incidents and no people: a
// sheet is printed and lies on desks.
type Sheet struct {
	AsOf     time.Time `json:"as_of"`
	Position int64     `json:"position"` // of the last fact it was made from
	Counts   Counts    `json:"counts"`

	Urgent     []Line `json:"urgent"`
	TurningRed []Line `json:"turning_red"` // that fall due in the incoming shift
	Pending    []Line `json:"pending"`     // requests that wait for the desk
	Suspended  []Line `json:"suspended"`
	Notes      string `json:"notes,omitempty"`
}

// Counts are the figures of a sheet, of the desk's area. The lists under them are
// cut at [ListLength]; the figures are not.
type Counts struct {
	Open       int `json:"open"`
	Urgent     int `json:"urgent"`
	Overdue    int `json:"overdue"`
	TurningRed int `json:"turning_red"`
	Pending    int `json:"pending"`
	Suspended  int `json:"suspended"`
	Waiting    int `json:"waiting"` // came in outside the desk's hours and nobody has touched it
}

// ListLength is how many lines a list of a sheet has at most: what fits a page.
const ListLength = 40

// A Line is one incident on a sheet.
type Line struct {
	ID     string         `json:"id"`
	Number string         `json:"number"`
	Matter string         `json:"matter"` // its name
	Stage  incident.Stage `json:"stage"`
	Holder string         `json:"holder"` // the unit's name
	Due    *time.Time     `json:"due"`    // of the stage; null: none
	Until  *time.Time     `json:"until,omitempty"`
}

// Digest names the content of a sheet: whoever signs, signs this.
func (s Sheet) Digest() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("duty: a sheet is not writable: %v", err)) // it holds plain values only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// same tells whether two sheets say the same, whenever they were made.
func (s Sheet) same(t Sheet) bool {
	s.AsOf, s.Position = t.AsOf, t.Position
	return s.Digest() == t.Digest()
}

// State is what the rules read of one stream: a desk's rosters, or one change of shifts.
type State struct {
	Rosters   map[Turn]Rostered
	Handovers map[string]Handover
}

// A Handover is one change of shifts as it stands.
type Handover struct {
	Prepared Prepared
	Digest   string
	Signed   map[Side]Signed
}

// Complete tells whether both sides have signed.
func (h Handover) Complete() bool { return len(h.Signed) == len(Sides) }

// Decide returns the facts that follow from an order, or the reason there are none.
// Saying the same thing again yields nothing.
func Decide(s State, o Order) ([]Event, error) {
	switch c := o.Command.(type) {
	case Roster:
		return s.roster(o, c)
	case Prepare:
		return s.prepare(o, c)
	case Sign:
		return s.sign(o, c)
	}
	panic(fmt.Sprintf("duty: unhandled command %T", o.Command))
}

// kept is how long after its end a turn's roster is kept in the state: no rule reads an
// older one, and the rosters of years make a long list.
const kept = 31 * 24 * time.Hour

// Evolve returns the state after a fact.
func Evolve(s State, e Event) State {
	switch e := e.(type) {
	case Rostered:
		s.Rosters = with(s.Rosters, e.Turn, e)
		for turn := range s.Rosters { // a copy of our own
			if turn.To().Before(e.At.Add(-kept)) {
				delete(s.Rosters, turn)
			}
		}
	case Prepared:
		s.Handovers = with(s.Handovers, e.Handover, Handover{Prepared: e, Digest: e.Sheet.Digest()})
	case Signed:
		h := s.Handovers[e.Handover]
		h.Signed = with(h.Signed, e.Side, e)
		s.Handovers = with(s.Handovers, e.Handover, h)
	default:
		panic(fmt.Sprintf("duty: unhandled event %T", e))
	}
	return s
}

// with returns a copy of m in which k is v.
func with[K comparable, V any](m map[K]V, k K, v V) map[K]V {
	out := make(map[K]V, len(m)+1)
	for key, value := range m {
		out[key] = value
	}
	out[k] = v
	return out
}

func (s State) roster(o Order, c Roster) ([]Event, error) {
	if was, there := s.Rosters[c.Turn]; there && slices.Equal(was.People, c.People) && was.Note == c.Note {
		return nil, nil
	}
	leaders, known := 0, map[string]bool{}
	for _, m := range c.People {
		if m.Post == jurisdiction.DutyLeader {
			leaders++
		}
		if m.Person != "" && known[m.Person] {
			return nil, personTwice.to(rostering)
		}
		known[m.Person] = true
	}
	switch {
	case !o.isStaff() && !o.isAbove():
		return nil, notYourDesk.to(rostering)
	case !jurisdiction.HasPost(o.Posts, jurisdiction.DutyLeader):
		return nil, dutyLeaderOnly.to(rostering)
	case !c.Turn.To().After(o.At):
		return nil, shiftOver.to(rostering)
	case leaders != 1:
		return nil, oneLeader.to(rostering)
	}
	return []Event{Rostered{Fact: o.fact(), Turn: c.Turn, People: c.People, Note: c.Note}}, nil
}

// A sheet may be written two hours before shifts change, and until they change again.
const early = 2 * time.Hour

func (s State) prepare(o Order, c Prepare) ([]Event, error) {
	id := HandoverID(o.Desk, c.Moment)
	h, there := s.Handovers[id]
	incoming, isChange := TurnFrom(c.Moment)
	switch {
	case !o.isStaff():
		return nil, notYourDesk.to(preparing)
	case !isChange:
		return nil, noChange.to(preparing)
	case o.At.Before(c.Moment.Add(-early)):
		return nil, tooEarly.to(preparing)
	case !o.At.Before(incoming.To()):
		return nil, shiftOver.to(preparing)
	case len(h.Signed) > 0:
		return nil, sheetSigned.to(preparing)
	case there && h.Prepared.Sheet.same(c.Sheet):
		return nil, nil
	}
	return []Event{Prepared{
		Fact: o.fact(), Handover: id, Moment: c.Moment, Outgoing: incoming.Before(), Incoming: incoming, Sheet: c.Sheet,
	}}, nil
}

func (s State) sign(o Order, c Sign) ([]Event, error) {
	h, there := s.Handovers[c.Handover]
	if !there {
		return nil, notPrepared.to(signing)
	}
	other := Outgoing
	turn := h.Prepared.Incoming
	if c.Side == Outgoing {
		other, turn = Incoming, h.Prepared.Outgoing
	}
	roster, rostered := o.Rosters[turn]
	mine, done := h.Signed[c.Side]
	theirs, otherDone := h.Signed[other]
	switch {
	case !o.isStaff():
		return nil, notYourDesk.to(signing)
	case done && mine.By.Person == o.By.Person:
		return nil, nil
	case done:
		return nil, sideSigned.to(signing)
	case otherDone && theirs.By.Person == o.By.Person:
		return nil, samePerson.to(signing)
	case c.Digest != "" && c.Digest != h.Digest:
		return nil, sheetChanged.to(signing)
	case rostered && roster.bars(o.By.Person):
		return nil, notOnShift.to(signing)
	}
	return []Event{Signed{Fact: o.fact(), Handover: c.Handover, Side: c.Side, Digest: h.Digest}}, nil
}

// bars tells whether a roster names accounts and this is none of them. Where it
// names people without accounts only, whoever is at the desk signs for them.
func (r Rostered) bars(person string) bool {
	named := slices.ContainsFunc(r.People, func(m Member) bool { return m.Person != "" })
	return named && !slices.ContainsFunc(r.People, func(m Member) bool { return m.Person == person })
}

func (o Order) fact() Fact { return Fact{At: o.At, By: o.By} }

// isStaff tells whether the actor stands at the desk.
func (o Order) isStaff() bool {
	unit, known := o.Book.Unit(o.Desk)
	return known && unit.IsDesk() && o.By.Unit == o.Desk && o.By.Role == unit.Staff()
}

// isAbove tells whether the actor stands at a desk above.
func (o Order) isAbove() bool {
	unit, known := o.Book.Unit(o.By.Unit)
	return known && unit.IsDesk() && o.By.Role == unit.Staff() && o.Book.Above(o.By.Unit, o.Desk)
}
