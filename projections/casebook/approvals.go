package casebook

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// The kinds of what waits for a desk's word. The first three are requests.
const (
	AskedExtension  = string(incident.ExtensionRequest)
	AskedSuspension = string(incident.SuspensionRequest)
	AskedReturn     = string(incident.ReturnRequest)
	AskedAppeal     = "appeal"
	AskedCall       = "call_refused" // a branch did not come: the district's desk is told why
)

// An Inbox asks for what waits for the word of one desk.
type Inbox struct {
	Desk   string           // who decides now
	Below  bool             // also what waits for a desk under it, which it may decide too
	Policy *incident.Policy // the ladders of the day; nil: the desk that dispatched decides
	Scope  []string         // visibility keys of the caller, any of which suffices
}

// An Approval is one thing that waits.
type Approval struct {
	Kind           string            `json:"kind"`
	casefile.Named                   // who asks
	Reason         string            `json:"reason"`
	At             time.Time         `json:"at"`
	Due            *time.Time        `json:"due"`  // when it is too late to say yes, or silence decides; null: never
	Desk           string            `json:"desk"` // that decides now
	Rung           incident.Rung     `json:"rung"` // of the ladder, that decides now; empty: no ladder
	Rungs          int               `json:"rungs"`
	Until          *time.Time        `json:"until"`   // of a suspension
	Code           string            `json:"code"`    // of a suspension or a return
	Clause         string            `json:"clause"`  // of a return
	Grounds        []incident.Ground `json:"grounds"` // of an appeal
	Incident       casefile.File     `json:"incident"`
}

// Approvals is the answer: what is due first comes first, then what waits longest.
type Approvals struct {
	Items    []Approval
	Position eventstore.Position
	At       time.Time // of the last fact folded
}

// Approvals returns what waits for the word of a desk.
func (v *View) Approvals(ctx context.Context, in Inbox) (Approvals, error) {
	out := Approvals{Items: []Approval{}}
	book := v.folder.Book()
	var ids []string
	err := v.consult(ctx, func(x *index) {
		both(x.seen(in.Scope), x.facets[byMark].with(markAsked)).Iterate(func(row uint32) bool {
			ids = append(ids, strings.Clone(x.id(row)))
			return true
		})
	}, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		out.Position, out.At = position, at
		files, err := v.files(ctx, tx, ids)
		for _, id := range ids {
			for _, a := range askedOf(files[id], in.Policy, book.District()) {
				if a.Desk == in.Desk || in.Below && book.Above(in.Desk, a.Desk) {
					out.Items = append(out.Items, a)
				}
			}
		}
		return err
	})
	slices.SortFunc(out.Items, func(a, b Approval) int {
		return cmp.Or(cmp.Compare(dueOf(a), dueOf(b)), a.At.Compare(b.At), cmp.Compare(a.Incident.First, b.Incident.First), cmp.Compare(a.Kind, b.Kind))
	})
	return out, err
}

func dueOf(a Approval) int64 {
	if a.Due == nil {
		return math.MaxInt64
	}
	return a.Due.UnixMicro()
}

// isAsked tells whether something of f waits for a desk.
func isAsked(f casefile.File) bool { return len(askedOf(f, nil, "")) > 0 }

// askedOf returns what of f waits, and for whom.
func askedOf(f casefile.File, policy *incident.Policy, district string) []Approval {
	var list []Approval
	ask := func(kind string, r *casefile.Request, ladder []incident.Rung, due *time.Time) {
		if r == nil {
			return
		}
		a := Approval{
			Kind: kind, Named: r.Named, Reason: r.Reason, At: r.At, Due: due, Rungs: r.Rungs, Rung: incident.ByDesk,
			Until: r.Until, Code: r.Code, Clause: r.Clause, Incident: f.Listed(), Desk: f.Dispatcher,
		}
		if len(ladder) > 0 {
			a.Rung = ladder[min(r.Rungs, len(ladder)-1)]
		}
		if a.Rung != incident.ByDesk {
			a.Desk = district
		}
		list = append(list, a)
	}
	if policy == nil {
		policy = &incident.Policy{}
	}
	var review []incident.Rung
	if policy.ReturnReview == incident.ReviewDutyLeader {
		review = []incident.Rung{incident.ByDutyLeader}
	}
	ask(AskedExtension, f.Requests.Extension, policy.ExtensionLadder, f.Due.Stage)
	ask(AskedSuspension, f.Requests.Suspension, policy.SuspensionLadder, f.Due.Stage)
	if r := f.Requests.Return; r != nil {
		ask(AskedReturn, r, review, r.ReviewDue)
	}
	if a := f.Appeal; a != nil && a.State == casefile.Pending {
		list = append(list, Approval{
			Kind: AskedAppeal, Named: a.Named, Reason: a.Reason, At: a.At, Desk: a.Desk, Grounds: a.Grounds, Incident: f.Listed(),
		})
	}
	if c, refused := refusedCall(f); refused {
		list = append(list, Approval{
			Kind: AskedCall, Named: c.Named, Reason: c.Reason, At: *c.AnsweredAt, Due: f.Due.Stage, Desk: district, Incident: f.Listed(),
		})
	}
	for i := range list {
		if list[i].Grounds == nil {
			list[i].Grounds = []incident.Ground{}
		}
	}
	return list
}

// refusedCall is the call that was refused last, while it is still wanted: no other
// branch was called after it, and the work is not done.
func refusedCall(f casefile.File) (casefile.Call, bool) {
	if len(f.Calls) == 0 || f.Stage == nil || *f.Stage == incident.Checking || *f.Stage == incident.Closing {
		return casefile.Call{}, false
	}
	last := f.Calls[len(f.Calls)-1]
	return last, last.Answered == casefile.Refused
}
