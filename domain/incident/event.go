package incident

import (
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// An Event is a fact about one incident. The set is closed: only this package can
// add to it, so a switch over Event can be checked for completeness.
//
//sumtype:decl
type Event interface {
	isEvent()
	fact() Fact
}

// An Actor is who did something, and for which unit.
type Actor struct {
	Person string            `json:"person"`         // account, or "system:workflow", "system:replay", …
	Unit   string            `json:"unit,omitempty"` // the unit acted for
	Role   jurisdiction.Role `json:"role,omitempty"` // empty for the system
	Name   string            `json:"name,omitempty"` // display name of the post, never a citizen's
}

// System tells whether a is the program and not a person.
func (a Actor) System() bool { return len(a.Person) > 7 && a.Person[:7] == "system:" }

// Fact is what every event carries.
type Fact struct {
	At     time.Time `json:"at"` // when it came true, by the ledger's clock
	By     Actor     `json:"by"`
	Note   string    `json:"note,omitempty"`
	Photos []string  `json:"photos,omitempty"` // SHA-256 of re-encoded pictures, hex

	// Notices are what somebody should look at, though nothing was refused: the
	// same person at two posts, where that is only warned of.
	Notices []Notice `json:"notices,omitempty"`
}

func (f Fact) fact() Fact { return f }

// FactOf returns what e carries as every event does.
func FactOf(e Event) Fact { return e.fact() }

// Location is where the reporter says it is.
type Location struct {
	Point     *orb.Point `json:"point,omitempty"`      // lon, lat in degrees (WGS-84); nil: unplaced
	CRS       string     `json:"crs,omitempty"`        // the system it came in, before conversion
	AccuracyM float64    `json:"accuracy_m,omitempty"` // radius in metres, as the device said
	Address   string     `json:"address,omitempty"`
	Pinned    bool       `json:"pinned,omitempty"` // set by hand on a map
}

// Reporter refers to the caller or citizen. The name and phone lie encrypted in
// the state database under Subject; they never enter the ledger.
type Reporter struct {
	Subject      string `json:"subject"` // random reference
	Confidential bool   `json:"confidential,omitempty"`
}

// External is the number another system gave it.
type External struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

// Standing is where an incident stands after a fact: the one stage, holder and
// stage deadline that an open incident has.
type Standing struct {
	Stage    Stage              `json:"stage"`
	Tier     jurisdiction.Tier  `json:"tier"`
	Holder   string             `json:"holder"` // unit code
	Deadline deadline.Deadline  `json:"deadline"`
	Total    *deadline.Deadline `json:"total,omitempty"` // set when this fact (re)sets the total clock
}

// Basis is why a unit was chosen.
type Basis struct {
	PolicyVersion string `json:"policy_version,omitempty"`
	Row           int    `json:"row,omitempty"`    // responsibility row, from 1
	Ruling        string `json:"ruling,omitempty"` // ruling's number
	Reason        string `json:"reason,omitempty"`
}

type (
	// Reported opens an incident. Stored as "incident.reported".
	Reported struct {
		Fact
		Number      string             `json:"number"` // e.g. 440114-20261123-00087
		Source      Source             `json:"source"`
		Matter      catalogue.Key      `json:"matter"`              // zero: not said
		Criterion   string             `json:"criterion,omitempty"` // as the reporter chose
		Description string             `json:"description"`
		Severity    Severity           `json:"severity"`
		Location    Location           `json:"location"`
		Place       jurisdiction.Place `json:"place"`
		OccurredAt  time.Time          `json:"occurred_at"`
		CapturedAt  *time.Time         `json:"captured_at,omitempty"` // device time
		Reporter    *Reporter          `json:"reporter,omitempty"`
		OnTheSpot   bool               `json:"handled_on_the_spot,omitempty"`
		After       []string           `json:"photos_after,omitempty"` // on the spot: those taken after; Photos are those before
		Drawn       bool               `json:"drawn,omitempty"`        // settled on the spot: another inspector must look
		Fresh       bool               `json:"fresh_photo,omitempty"`  // a photo was taken there and then
		Concerns    string             `json:"concerns,omitempty"`     // unit that it, or its staff, is about
		Parent      string             `json:"parent,omitempty"`       // incident whose rest it is
		External    *External          `json:"external,omitempty"`
		DueAt       *time.Time         `json:"due_at,omitempty"`      // given from outside: sets total and handling
		TicketType  string             `json:"ticket_type,omitempty"` // of the hotline ticket it comes from: sets the total limit
		Flags       []Flag             `json:"flags,omitempty"`
	}

	// Routed says which desk takes the incident in. It always follows Reported
	// in the same append. Stored as "incident.routed".
	Routed struct {
		Fact
		Routing jurisdiction.Routing `json:"routing"`
		Standing
	}

	// Confirmed says that a public report was found true on site. "incident.confirmed".
	Confirmed struct {
		Fact
		Standing
	}

	// Refuted says that nothing was found on site; only a desk declines. "incident.refuted".
	Refuted struct {
		Fact
		Reason string `json:"reason"`
		Standing
	}

	// Filed accepts the incident as a case; the total clock starts. "incident.filed".
	Filed struct {
		Fact
		Matter     catalogue.Key            `json:"matter"`
		Criterion  string                   `json:"criterion"`
		Severity   Severity                 `json:"severity"`
		Limit      deadline.Limit           `json:"limit"` // handling limit of the criterion, or the stand-in
		Candidates []jurisdiction.Candidate `json:"candidates,omitempty"`
		Unit       string                   `json:"unit,omitempty"` // who answers, when exactly one does
		Basis      Basis                    `json:"basis"`          // for Unit
		First      bool                     `json:"first,omitempty"`
		Standing
	}

	// Declined refuses the incident as a case. "incident.declined".
	Declined struct {
		Fact
		Reason string `json:"reason"`
	}

	// Dispatched gives the incident to a handling unit. "incident.dispatched".
	Dispatched struct {
		Fact
		From   string            `json:"from"` // the desk that dispatched
		Unit   string            `json:"unit"`
		Reason string            `json:"reason,omitempty"`
		Auto   bool              `json:"auto,omitempty"`
		Basis  Basis             `json:"basis"`
		Accept deadline.Deadline `json:"accept"` // not signed by then: counts as signed, late

		Return    *deadline.Deadline `json:"return,omitempty"` // until when it may be returned; nil: facts from before this was asked
		Helpers   []Helper           `json:"helpers,omitempty"`
		Difficult bool               `json:"difficult,omitempty"` // it had been there before: A→B→A
		Standing
	}

	// Delegated gives the incident to a lower desk, which dispatches on. "incident.delegated".
	Delegated struct {
		Fact
		From   string `json:"from"`
		Unit   string `json:"unit"`
		Reason string `json:"reason,omitempty"`
		Basis  Basis  `json:"basis"`

		Difficult bool `json:"difficult,omitempty"` // it had been there before: A→B→A
		Standing
	}

	// Accepted signs for a dispatched incident. "incident.accepted".
	Accepted struct {
		Fact
		Late bool `json:"late,omitempty"` // after the accept deadline
	}

	// Handled says the unit has put it right; timeliness is judged at At. "incident.handled".
	Handled struct {
		Fact
		Unit      string `json:"unit"`
		Result    string `json:"result"`
		OnTheSpot bool   `json:"on_the_spot,omitempty"`

		Unfinished []string `json:"unfinished,omitempty"` // helpers that had not done their task
		Standing
	}

	// Returned hands it back to the desk that dispatched. "incident.returned".
	Returned struct {
		Fact
		Unit      string     `json:"unit"` // who returned it
		Code      ReturnCode `json:"code"`
		Reason    string     `json:"reason"`
		Clause    string     `json:"clause,omitempty"`    // the unit's counter-clause: by which rule it is another's
		Counts    *bool      `json:"counts,omitempty"`    // toward difficult; nil: facts from before this was asked, which all do
		Difficult bool       `json:"difficult,omitempty"` // this one made it difficult, by the policy of the day
		Standing
	}

	// Transferred moves it to another unit. "incident.transferred".
	Transferred struct {
		Fact
		Desk      string            `json:"desk"` // the desk that moved it
		From      string            `json:"from"` // the unit that had it
		Unit      string            `json:"unit"`
		Reason    string            `json:"reason,omitempty"`
		Basis     Basis             `json:"basis"`
		Accept    deadline.Deadline `json:"accept"`
		Difficult bool              `json:"difficult,omitempty"`

		Return  *deadline.Deadline `json:"return,omitempty"`
		Helpers []Helper           `json:"helpers,omitempty"`
		Standing
	}

	// Escalated moves it to the next tier's desk. "incident.escalated".
	Escalated struct {
		Fact
		From      string            `json:"from"` // desk or station that gave it up
		FromTier  jurisdiction.Tier `json:"from_tier"`
		Code      EscalateCode      `json:"code"`
		Reason    string            `json:"reason"`
		Returns   bool              `json:"returns,omitempty"` // a delegated incident, not ours: counts as a return
		Difficult bool              `json:"difficult,omitempty"`
		Standing
	}

	// Passed says the check found it put right. "incident.passed".
	Passed struct {
		Fact
		Standing
	}

	// Failed says the check did not; the same unit works again, by the policy with its
	// limit from now or with what is left of it. "incident.failed".
	Failed struct {
		Fact
		Reason string `json:"reason"`
		Standing
	}

	// Closed ends it with the closing condition met. "incident.closed".
	Closed struct {
		Fact
		ClosingConditionMet bool `json:"closing_condition_met"`
	}

	// Reopened takes a closed incident back to intake. "incident.reopened".
	Reopened struct {
		Fact
		Reason string `json:"reason"`
		Standing
	}

	// Voided ends it as never valid; it is still counted. "incident.voided".
	Voided struct {
		Fact
		Reason string `json:"reason"`
	}

	// Commented adds a remark. "incident.commented".
	Commented struct {
		Fact
		Text string `json:"text"`
	}

	// Attached adds photos. "incident.attached".
	Attached struct {
		Fact
	}

	// Warned says that a clock reached the policy's share of its limit; At is that
	// moment. "incident.warned".
	Warned struct {
		Fact
		Clock  Clock     `json:"clock"`
		Stage  Stage     `json:"stage"`
		Holder string    `json:"holder"`
		Due    time.Time `json:"due"`
	}

	// Expired says that a clock passed its deadline; At is the deadline. The fact
	// stays, whatever follows. "incident.expired".
	Expired struct {
		Fact
		Clock  Clock     `json:"clock"`
		Stage  Stage     `json:"stage"`
		Holder string    `json:"holder"`
		Due    time.Time `json:"due"`
	}
)

func (Reported) isEvent()    {}
func (Routed) isEvent()      {}
func (Confirmed) isEvent()   {}
func (Refuted) isEvent()     {}
func (Filed) isEvent()       {}
func (Declined) isEvent()    {}
func (Dispatched) isEvent()  {}
func (Delegated) isEvent()   {}
func (Accepted) isEvent()    {}
func (Handled) isEvent()     {}
func (Returned) isEvent()    {}
func (Transferred) isEvent() {}
func (Escalated) isEvent()   {}
func (Passed) isEvent()      {}
func (Failed) isEvent()      {}
func (Closed) isEvent()      {}
func (Reopened) isEvent()    {}
func (Voided) isEvent()      {}
func (Commented) isEvent()   {}
func (Attached) isEvent()    {}
func (Warned) isEvent()      {}
func (Expired) isEvent()     {}

// Events holds one zero value of every Event. Tests range over it to prove that
// codec, Evolve and projections handle the full set.
var Events = []Event{
	Reported{},
	Routed{},
	Confirmed{},
	Refuted{},
	Filed{},
	Declined{},
	Dispatched{},
	Delegated{},
	Accepted{},
	Handled{},
	Returned{},
	Transferred{},
	Escalated{},
	Passed{},
	Failed{},
	Closed{},
	Reopened{},
	Voided{},
	Commented{},
	Attached{},
	Warned{},
	Expired{},
	ExtensionRequested{},
	ExtensionGranted{},
	ExtensionRefused{},
	SuspensionRequested{},
	SuspensionGranted{},
	SuspensionRefused{},
	Resumed{},
	Endorsed{},
	ReturnRequested{},
	ReturnRefused{},
	Recomputed{},
	Lapsed{},
	CoordinationOpened{},
	CoordinationConcluded{},
	Helped{},
	Assigned{},
	Called{},
	Arrived{},
	CallRefused{},
	Tasked{},
	Urged{},
	Supervised{},
	Replied{},
	Rated{},
	Appealed{},
	AppealUpheld{},
	AppealRejected{},
	SpotChecked{},
	CallerViewed{},
	Merged{},
	Unmerged{},
	Absorbed{},
	Released{},
	Corrected{},
	HandedOver{},
	Recurred{},
	Flagged{},
}
