package incident

import (
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
)

// A Helper is a unit that helps the lead, with a task and a limit of its own.
type Helper struct {
	Unit     string            `json:"unit"`
	Task     string            `json:"task,omitempty"`
	Limit    *deadline.Limit   `json:"limit,omitempty"` // of its own; nil: the lead's deadline
	Deadline deadline.Deadline `json:"deadline"`        // not later than the lead's
}

// A Ruling settles who answers for a matter in an area, from At of the fact that
// carries it.
type Ruling struct {
	Number    string        `json:"number"`
	Authority string        `json:"authority,omitempty"`
	Matter    catalogue.Key `json:"matter"`
	Area      string        `json:"area"` // 6, 9 or 12 digits
	Unit      string        `json:"unit"`
	Expires   *time.Time    `json:"expires,omitempty"`
}

// Several units, one incident.
type (
	// CoordinationOpened asks several units who does what. "incident.coordination_opened".
	CoordinationOpened struct {
		Fact
		Desk     string   `json:"desk"`
		Units    []string `json:"units"`
		Question string   `json:"question"`
		Standing
	}

	// CoordinationConcluded makes the lead the holder; a ruling binds later routing.
	// "incident.coordination_concluded".
	CoordinationConcluded struct {
		Fact
		Desk    string            `json:"desk"`
		Lead    string            `json:"lead"`
		Helpers []Helper          `json:"helpers,omitempty"`
		Ruling  *Ruling           `json:"ruling,omitempty"`
		Basis   Basis             `json:"basis"`
		Accept  deadline.Deadline `json:"accept"`
		Standing
	}

	// Helped says that a helper has done its task. "incident.helped".
	Helped struct {
		Fact
		Unit   string `json:"unit"`
		Result string `json:"result"`
		Late   bool   `json:"late,omitempty"`
	}

	// Assigned gives it to a team or person inside the unit; holder and clock stay.
	// "incident.assigned".
	Assigned struct {
		Fact
		Unit   string `json:"unit"`
		Team   string `json:"team,omitempty"`
		Person string `json:"person,omitempty"` // account
		Reason string `json:"reason,omitempty"`
	}

	// Called asks a department's branch in the street to come. "incident.called".
	Called struct {
		Fact
		N      int               `json:"n"` // from 1
		Desk   string            `json:"desk"`
		Unit   string            `json:"unit"`
		Task   string            `json:"task"`
		Arrive deadline.Deadline `json:"arrive"`
		Within *deadline.Limit   `json:"within,omitempty"` // as the desk said; nil: the policy's
	}

	// Arrived says the branch came. "incident.arrived".
	Arrived struct {
		Fact
		N    int    `json:"n"`
		Unit string `json:"unit"`
		Late bool   `json:"late,omitempty"`
	}

	// CallRefused says the branch does not come; the reason goes to the district's
	// desk. "incident.call_refused".
	CallRefused struct {
		Fact
		N      int    `json:"n"`
		Unit   string `json:"unit"`
		Reason string `json:"reason"`
	}

	// Tasked gives a site visit to one inspector; others of the community may still
	// go. "incident.tasked".
	Tasked struct {
		Fact
		Stage  Stage  `json:"stage"` // verifying or checking
		Person string `json:"person"`
		Grid   string `json:"grid,omitempty"`
		Why    string `json:"why"` // one Chinese sentence
	}
)

func (CoordinationOpened) isEvent()    {}
func (CoordinationConcluded) isEvent() {}
func (Helped) isEvent()                {}
func (Assigned) isEvent()              {}
func (Called) isEvent()                {}
func (Arrived) isEvent()               {}
func (CallRefused) isEvent()           {}
func (Tasked) isEvent()                {}
