// Package ticket keeps the rules of a hotline ticket (热线工单): what the city's 12345
// hands to the district, and what the district owes for it.
//
//	received ─▶ signed ─▶ answered ─▶ reviewed ─▶ called_back
//	   │          │  ▲        │                       │
//	   │          │  └ rewrite┘                       │ not satisfied, for cause: once more,
//	   └─▶ returning ─▶ returned (the city takes it)  └─▶ signed, by another person
//
// What it keeps true: the city's feed may repeat itself, come out of order or come
// again a day later, and the ticket is the same; the newest version counts, an older
// one is noted, and the same version with other content stands there as a conflict.
// The city's clock is moved by nothing but the city's recorded word. Nobody reviews
// their own reply. What was done again is done by somebody else, and once. Whatever a
// clock says is a fact of the moment it was due, however late its timer comes: an order
// given after an end that nobody marked first says that it passed.
//
// Whence the rules come (S published, P practice, D decided here):
//
//   - 2, 10 or 15 working days by type where the city says no deadline: S (Guangdong, 2022).
//   - An internal limit one working day earlier, first contact within one: P.
//   - Consults are answered directly, all others become or join an incident: D.
//   - An answer that is out is a first contact too: D. So is a call that was not answered: P.
//   - Nothing runs out while the city is asked to take a ticket back: D.
//   - The same caller about the same within 30 days complains again: P.
//   - Who called is shown for a reason that is kept, and never of a confidential caller: D.
//   - A caller not reached is not dissatisfied: S.
//   - Dissatisfied for cause: once more, by another, approved a level up: P.
//
// One stream is one ticket; [StreamID] makes its id of the source and the city's id.
package ticket

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Decider joins the rules to the ledger's shape.
var Decider = domain.Decider[Order, Event, State]{Decide: Decide, Evolve: Evolve}

// Type is what a caller wants.
type Type string

// The types.
const (
	Consult    Type = "consult"
	Complaint  Type = "complaint"
	Report     Type = "report"
	Suggestion Type = "suggestion"
	Help       Type = "help"
	Other      Type = "other"
)

// Types holds every type.
var Types = []Type{Consult, Complaint, Report, Suggestion, Help, Other}

// Stage is where a ticket stands.
type Stage string

// The stages.
const (
	AtReceived   Stage = "received"
	AtSigned     Stage = "signed"
	AtAnswered   Stage = "answered" // written, not yet reviewed
	AtReviewed   Stage = "reviewed" // out: the caller is answered, the city told
	AtCalledBack Stage = "called_back"
	AtReturning  Stage = "returning" // the city is asked to take it back
	AtReturned   Stage = "returned"  // it did
)

// Stages holds every stage.
var Stages = []Stage{AtReceived, AtSigned, AtAnswered, AtReviewed, AtCalledBack, AtReturning, AtReturned}

// Resolution is what came of it.
type Resolution string

// The resolutions.
const (
	Resolved     Resolution = "resolved"
	Explained    Resolution = "explained"
	Planned      Resolution = "planned"
	NotPossible  Resolution = "not_possible"
	Unreasonable Resolution = "unreasonable"
)

// Resolutions holds every resolution.
var Resolutions = []Resolution{Resolved, Explained, Planned, NotPossible, Unreasonable}

// Rating is what the caller told the city.
type Rating string

// The ratings.
const (
	VerySatisfied Rating = "very_satisfied"
	Satisfied     Rating = "satisfied"
	Basic         Rating = "basic"
	NotSatisfied  Rating = "not_satisfied"
	NotReached    Rating = "not_reached" // not dissatisfied
)

// Ratings holds every rating.
var Ratings = []Rating{VerySatisfied, Satisfied, Basic, NotSatisfied, NotReached}

// Decision is what the city ruled.
type Decision string

// The decisions.
const (
	Accepted Decision = "accepted" // it takes the ticket back
	Refused  Decision = "refused"  // it stays with us
	Moved    Decision = "moved"    // the city's clock ends at another time
)

// Decisions holds every decision.
var Decisions = []Decision{Accepted, Refused, Moved}

// A Caller refers to who called. Name and phone lie encrypted in the state database and
// never enter the ledger.
type Caller struct {
	Subject      string `json:"subject"`        // random reference to the name and phone
	Line         string `json:"line,omitempty"` // random reference to the phone alone: the same one calls again
	Confidential bool   `json:"confidential,omitempty"`
}

// Content is what the city says in one version.
type Content struct {
	Version    int                `json:"version"`
	Number     string             `json:"number"`
	Type       Type               `json:"type"`
	Text       string             `json:"text"`
	ReceivedAt *time.Time         `json:"received_at,omitempty"` // by us, as the city has it; nil: when it came
	DueAt      *time.Time         `json:"due_at,omitempty"`      // nil: the city says none, its rules by type count
	Matter     catalogue.Key      `json:"matter"`                // zero: not said
	Location   *incident.Location `json:"location,omitempty"`
	Place      jurisdiction.Place `json:"place"` // looked up at the edge; no word of the city
	Caller     *Caller            `json:"caller,omitempty"`
}

// digest tells contents of one version apart.
func (c Content) digest() string {
	c.Place = jurisdiction.Place{}
	utc := func(t *time.Time) *time.Time {
		if t == nil {
			return nil
		}
		u := t.UTC()
		return &u
	}
	c.ReceivedAt, c.DueAt = utc(c.ReceivedAt), utc(c.DueAt)
	text, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("ticket: content that is no JSON: %v", err)) // times beyond year 9999; the edge keeps them out
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// StreamID names the stream of a ticket: the same for every copy of it. It has the
// form of a UUID (version 8).
func StreamID(source, external string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s%s", len(source), source, external))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Clocks are until when what is owed.
type Clocks struct {
	City     deadline.Deadline `json:"city"`     // the city's own
	Internal *time.Time        `json:"internal"` // the reply is written; nil: not published, or no time for a reserve: the city's counts
	Reserve  deadline.Limit    `json:"reserve"`  // between the two
	Contact  deadline.Deadline `json:"contact"`  // the first call

	InternalWarn *time.Time `json:"internal_warn,omitempty"` // nil also in facts of old
}

// Policy holds the numbers that are configuration.
type Policy struct {
	Limits  map[Type]deadline.Limit // of the city's clock
	Unknown deadline.Limit          // of a type without a row
	Reserve deadline.Limit
	Contact deadline.Limit
	Warn    int // percent
}

// An Order is a command with everything a rule needs to judge it.
type Order struct {
	At      time.Time // ledger clock
	By      incident.Actor
	Posts   []jurisdiction.Post // the actor's; nil: all
	Days    *deadline.Calendar
	Policy  Policy
	Command Command
}

func (o Order) fact() Fact { return Fact{At: o.At, By: o.By} }

// A Command asks for something to become true. The set is closed.
//
//sumtype:decl
type Command interface {
	isCommand()
	Name() string // in URLs, buttons and logs
}

type (
	// Receive takes one version of a ticket from the city.
	Receive struct {
		Source, External string
		Content          Content
	}
	// Sign takes it on.
	Sign struct{}
	// Contact logs a call to the caller.
	Contact struct {
		Reached bool
		When    time.Time // zero: now
		Note    string
	}
	// Link makes it an incident's. All but Incident is looked up at the edge.
	Link struct {
		Incident, Number, Street, Community string
		Tier                                jurisdiction.Tier
	}
	// Reply writes both answers. Unit, who handled the incident, is looked up at the edge.
	Reply struct {
		ToCaller, ToCity string
		Resolution       Resolution
		Unit             string
	}
	// Review lets a reply out, or sends it back.
	Review struct {
		Pass   bool
		Reason string
	}
	// Return asks the city to take it back.
	Return struct{ Reason string }
	// Rule records the city's decision.
	Rule struct {
		Decision       Decision
		Number, Reason string
		DueAt          *time.Time
	}
	// Callback records what the caller told the city.
	Callback struct {
		Result   Rating
		ForCause bool
		Note     string
	}
	// Redo asks that it be done again, or, with Approve, decides on that.
	Redo struct {
		Person, Reason string
		Approve        *bool
	}
	// ViewCaller asks to be shown who called.
	ViewCaller struct{ Reason string }
	// Warn and Expire are what timers say.
	Warn struct {
		Clock Clock
		Due   time.Time
	}
	Expire struct {
		Clock Clock
		Due   time.Time
	}
	// Recompute gives clocks an end that the calendar could not say before.
	Recompute struct{}
	// Repeat notes what the same caller called about before: [Earlier].
	Repeat struct {
		Of, Number string
		Count      int
	}
)

func (Receive) isCommand()    {}
func (Sign) isCommand()       {}
func (Contact) isCommand()    {}
func (Link) isCommand()       {}
func (Reply) isCommand()      {}
func (Review) isCommand()     {}
func (Return) isCommand()     {}
func (Rule) isCommand()       {}
func (Callback) isCommand()   {}
func (Redo) isCommand()       {}
func (ViewCaller) isCommand() {}
func (Warn) isCommand()       {}
func (Expire) isCommand()     {}
func (Recompute) isCommand()  {}
func (Repeat) isCommand()     {}

func (Receive) Name() string    { return "receive" }
func (Sign) Name() string       { return "sign" }
func (Contact) Name() string    { return "contact" }
func (Link) Name() string       { return "link" }
func (Reply) Name() string      { return "reply" }
func (Review) Name() string     { return "review" }
func (Return) Name() string     { return "return" }
func (Rule) Name() string       { return "rule" }
func (Callback) Name() string   { return "callback" }
func (Redo) Name() string       { return "redo" }
func (ViewCaller) Name() string { return "view-caller" }
func (Warn) Name() string       { return "warn" }
func (Expire) Name() string     { return "expire" }
func (Recompute) Name() string  { return "recompute" }
func (Repeat) Name() string     { return "repeat" }

// State is what the rules read of one ticket. It is also what a view keeps of it.
type State struct {
	Source    string         `json:"source"`
	External  string         `json:"external"`
	Content   Content        `json:"content"` // of the newest version
	Seen      map[int]string `json:"seen"`    // version → digest of the first content that came under it
	Conflicts []Clash        `json:"conflicts,omitempty"`
	Came      time.Time      `json:"came"` // to us, first
	Clocks    Clocks         `json:"clocks"`
	Moved     *Ruled         `json:"moved,omitempty"` // the ruling that set the city's clock
	Over      *time.Time     `json:"over,omitempty"`  // the due time in the feed that Moved overruled

	Stage    Stage        `json:"stage"`
	Before   Stage        `json:"before,omitempty"` // returning: where it goes if the city refuses
	Signed   *Fact        `json:"signed,omitempty"`
	Contacts []Contacted  `json:"contacts,omitempty"`
	Link     *Linked      `json:"link,omitempty"`
	Replies  []Answer     `json:"replies,omitempty"` // every one ever written, the last is the one that counts
	Returns  []Asked      `json:"returns,omitempty"`
	Ratings  []CalledBack `json:"ratings,omitempty"`
	Redo     *Again       `json:"redo,omitempty"`
	Marks    []Mark       `json:"marks,omitempty"`
	Repeat   *Repetition  `json:"repeat,omitempty"`
	Views    []Viewed     `json:"views,omitempty"` // of the caller
	Desk     string       `json:"desk,omitempty"`  // that it came to
}

// A Clash is a version that came with other content.
type Clash struct {
	At      time.Time `json:"at"`
	Digest  string    `json:"digest"`
	Content Content   `json:"content"`
}

// What facts say, where something follows on them: no facts themselves.
type (
	// Draft is what a reply says.
	Draft Replied
	// Plea is what a return says.
	Plea ReturnAsked
	// Wish is what asks for it to be done again.
	Wish RedoAsked
	// Repetition is what it repeats.
	Repetition Repeated
	// Viewed is a look at the caller.
	Viewed CallerViewed
)

// An Answer is a reply with its review.
type Answer struct {
	Draft
	Round  int       `json:"round"` // 1; 2: done again
	Review *Reviewed `json:"review,omitempty"`
}

// An Asked is a return with its ruling.
type Asked struct {
	Plea
	Ruling *Ruled `json:"ruling,omitempty"`
}

// An Again is the one time it is done again.
type Again struct {
	Wish
	Decided *RedoDecided `json:"decided,omitempty"`
}

// approved tells whether it is done again.
func (s State) approved() bool {
	return s.Redo != nil && s.Redo.Decided != nil && s.Redo.Decided.Approved
}

// Round is which time it is being done.
func (s State) Round() int {
	if s.approved() {
		return 2
	}
	return 1
}

// There tells whether there is such a ticket.
func (s State) There() bool { return s.Source != "" }

// Ended tells whether nothing is owed any more.
func (s State) Ended() bool {
	return s.Stage == AtReturned || s.Stage == AtCalledBack && (s.Redo == nil || s.Redo.Decided != nil)
}

// Rating is what the caller said last; empty: not called back.
func (s State) Rating() Rating {
	if n := len(s.Ratings); n > 0 {
		return s.Ratings[n-1].Result
	}
	return ""
}

// Contact is when the caller was first called; nil: not yet.
func (s State) Contact() *time.Time {
	var first *time.Time
	for _, c := range s.Contacts {
		if first == nil || c.When.Before(*first) {
			first = &c.When
		}
	}
	return first
}

// Written is when the first reply was written that was let out or waits to be; nil: none.
// Being done again does not undo that it was once in time.
func (s State) Written() *time.Time {
	for _, a := range s.Replies {
		if a.Review == nil || a.Review.Passed {
			return &a.At
		}
	}
	return nil
}

// Told is when the city was first told; nil: not yet.
func (s State) Told() *time.Time {
	for _, a := range s.Replies {
		if a.Review != nil && a.Review.Passed {
			return &a.Review.At
		}
	}
	return nil
}

// Overdue tells which clocks ran out, as the facts say. What the city takes back before
// a clock ran out is not late with us.
func (s State) Overdue() (city, internal, contact bool) {
	late := func(c Clock) bool {
		_, due := s.ends(c)
		return due != nil && s.marked(c, ExpiredKind, *due)
	}
	return late(CityClock), late(InternalClock), late(ContactClock)
}

// Answerer is the unit that answers for it: of the last reply the one that handled the
// incident, where it tells of one; else the desk that signed for it, or that it came to.
func (s State) Answerer() string {
	if n := len(s.Replies); n > 0 && s.Replies[n-1].Unit != "" {
		return s.Replies[n-1].Unit
	}
	if s.Signed != nil && s.Signed.By.Unit != "" {
		return s.Signed.By.Unit
	}
	return s.Desk
}

// Contested tells whether what counts came in two contents.
func (s State) Contested() bool {
	return slices.ContainsFunc(s.Conflicts, func(c Clash) bool { return c.Content.Version == s.Content.Version })
}
