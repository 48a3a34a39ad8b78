package incident

import (
	"time"

	"gridcommand/domain/deadline"
)

// Beside is what a pause does to the limits that run beside the two clocks; each list
// is empty where the fact changes none.
type Beside struct {
	Helping []deadline.Deadline `json:"helping,omitempty"` // of the helpers' tasks, in their order
	Calling []deadline.Deadline `json:"calling,omitempty"` // of the calls, in their order
}

// What is asked for and granted while a unit handles, and what moves the clocks.
type (
	// ExtensionRequested asks for one more limit. "incident.extension_requested".
	ExtensionRequested struct {
		Fact
		Unit   string `json:"unit"`
		Reason string `json:"reason"`
	}

	// ExtensionGranted adds one original limit to the stage. "incident.extension_granted".
	ExtensionGranted struct {
		Fact
		Desk string `json:"desk"`
		Standing
	}

	// ExtensionRefused says no to it. "incident.extension_refused".
	ExtensionRefused struct {
		Fact
		Desk   string `json:"desk"`
		Reason string `json:"reason"`
	}

	// SuspensionRequested asks to stop both clocks. "incident.suspension_requested".
	SuspensionRequested struct {
		Fact
		Unit   string      `json:"unit"`
		Reason string      `json:"reason"`
		Code   SuspendCode `json:"code,omitempty"`
		Until  time.Time   `json:"until"`
	}

	// SuspensionGranted stops both clocks from At to Until; the deadlines of the
	// standing are those that hold if it resumes then. "incident.suspension_granted".
	SuspensionGranted struct {
		Fact
		Desk   string      `json:"desk"`
		Code   SuspendCode `json:"code,omitempty"`
		Reason string      `json:"reason"`
		Until  time.Time   `json:"until"`
		Beside
		Standing
	}

	// SuspensionRefused says no to it. "incident.suspension_refused".
	SuspensionRefused struct {
		Fact
		Desk   string `json:"desk"`
		Reason string `json:"reason"`
	}

	// Resumed lets the clocks run on, by a person's word or because the time is
	// over. "incident.resumed".
	Resumed struct {
		Fact
		Auto bool `json:"auto,omitempty"`
		Beside
		Standing
	}

	// Endorsed is one rung of the approval ladder: granted so far, the next one
	// decides. "incident.endorsed".
	Endorsed struct {
		Fact
		Request RequestKind `json:"request"`
		Rung    Rung        `json:"rung"`
		Desk    string      `json:"desk"`
	}

	// ReturnRequested asks to hand it back, where returns are reviewed; the unit
	// keeps holding it. "incident.return_requested".
	ReturnRequested struct {
		Fact
		Unit   string            `json:"unit"`
		Code   ReturnCode        `json:"code"`
		Reason string            `json:"reason"`
		Clause string            `json:"clause,omitempty"`
		Review deadline.Deadline `json:"review"` // silence until then refuses
	}

	// ReturnRefused leaves it with the unit. "incident.return_refused".
	ReturnRefused struct {
		Fact
		Desk   string `json:"desk"`
		Reason string `json:"reason,omitempty"`
		Silent bool   `json:"silent,omitempty"` // nobody answered in time
	}

	// Recomputed gives clocks a deadline that the calendar could not say before.
	// "incident.recomputed".
	Recomputed struct {
		Fact
		Calendar string             `json:"calendar"`
		Accept   *deadline.Deadline `json:"accept,omitempty"` // by when to sign for it, if the calendar could not say before
		Return   *deadline.Deadline `json:"return,omitempty"` // until when it may be returned, likewise
		Standing
	}

	// Lapsed says that something with a limit of its own was not done in time: a
	// call unanswered, a helper not finished, a supervision without reply. At is its
	// limit. "incident.lapsed".
	Lapsed struct {
		Fact
		Of   Duty      `json:"of"`
		N    int       `json:"n"` // which one, from 1
		Unit string    `json:"unit"`
		Due  time.Time `json:"due"`
	}
)

func (ExtensionRequested) isEvent()  {}
func (ExtensionGranted) isEvent()    {}
func (ExtensionRefused) isEvent()    {}
func (SuspensionRequested) isEvent() {}
func (SuspensionGranted) isEvent()   {}
func (SuspensionRefused) isEvent()   {}
func (Resumed) isEvent()             {}
func (Endorsed) isEvent()            {}
func (ReturnRequested) isEvent()     {}
func (ReturnRefused) isEvent()       {}
func (Recomputed) isEvent()          {}
func (Lapsed) isEvent()              {}
