package casebook

import (
	"slices"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// A Query asks for a page of the casebook. An empty field filters nothing, except
// Scope: without a key nothing is seen. Several values of one field are
// alternatives.
type Query struct {
	Status    []incident.Status
	Stage     []incident.Stage
	Tier      []jurisdiction.Tier
	Street    []string
	Community []string
	Holder    []string
	Matter    []string // a code, or scheme/kind/code
	Source    []incident.Source
	Lamp      []incident.Lamp
	Overdue   *bool
	Accepted  *bool
	Suspended *bool
	Difficult *bool
	Flag      []incident.Flag // all of them; also those of Marks
	Q         string          // words, each of two characters up, each found somewhere in number, description, address or matter
	BBox      *orb.Bound      // WGS-84; unplaced incidents lie in none
	From, To  *time.Time      // reported at From ≤ t < To
	Sort      string          // reported_at, updated, due (what breaks first: a clock, or the time to sign for it) or number; "-" before it turns it round. Empty: -reported_at
	Limit     int             // 0: 50; at most 500
	Cursor    string
	Scope     []string // visibility keys of the caller, any of which suffices
}

// Marks are what a list may be asked for as if it were a flag.
var Marks = []incident.Flag{SuspendedMark, DifficultMark, RequestedMark, UnsignedMark, AppealedMark, CalledMark}

// The marks.
const (
	SuspendedMark incident.Flag = "suspended"
	DifficultMark incident.Flag = "difficult"
	RequestedMark incident.Flag = "requested" // a request of the unit waits for a desk
	UnsignedMark  incident.Flag = "unsigned"  // with a unit that has not signed for it
	AppealedMark  incident.Flag = "appealed"  // an appeal waits for a desk
	CalledMark    incident.Flag = "called"    // a branch was called and has not answered
)

// MarksOf returns the marks of f.
func MarksOf(f casefile.File) []incident.Flag {
	r := f.Requests
	var marks []incident.Flag
	for _, m := range []struct {
		mark incident.Flag
		set  bool
	}{
		{SuspendedMark, f.Suspended},
		{DifficultMark, f.Difficult},
		{RequestedMark, r.Extension != nil || r.Suspension != nil || r.Return != nil},
		{UnsignedMark, f.Stage != nil && *f.Stage == incident.Handling && !f.Accepted},
		{AppealedMark, f.Appeal != nil && f.Appeal.State == casefile.Pending},
		{CalledMark, f.Stage != nil && slices.ContainsFunc(f.Calls, func(c casefile.Call) bool { return c.Answered == "" })},
	} {
		if m.set {
			marks = append(marks, m.mark)
		}
	}
	return marks
}

// A Page is part of a list.
type Page struct {
	Items      []casefile.File
	NextCursor string // empty: this was the last page
	Total      int    // of the whole list, up to MaxTotal
	AtLeast    bool   // there are more than Total
	Position   eventstore.Position
	At         time.Time // of the last fact folded
}

// MaxTotal is how far totals are counted.
const MaxTotal = 10_000

// A QueryError says what is wrong with a query.
type QueryError struct {
	Field  string // the parameter: "q", "sort", "cursor", "limit", …
	Detail string // one English sentence
}

func (e *QueryError) Error() string { return "casebook: " + e.Field + ": " + e.Detail }
