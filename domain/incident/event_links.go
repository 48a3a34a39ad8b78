package incident

import (
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// A Recurrence is the earlier incident of the same matter at the same place, closed
// not long ago.
type Recurrence struct {
	Of       string    `json:"of"`     // incident id
	Number   string    `json:"number"` // its number
	ClosedAt time.Time `json:"closed_at"`
	Count    int       `json:"count"` // which time this is, from 2
}

// What ties incidents together, and what was wrong about them.
type (
	// Merged ends it as another one's duplicate; it is still counted, and its caller
	// still answered. "incident.merged".
	Merged struct {
		Fact
		Into       string `json:"into"`        // incident id
		IntoNumber string `json:"into_number"` // its number
		Reason     string `json:"reason,omitempty"`
	}

	// Unmerged takes it up where it stood, its clocks never stopped. "incident.unmerged".
	Unmerged struct {
		Fact
		Reason string `json:"reason"`
		Standing
	}

	// Absorbed says that another incident was merged into this one. "incident.absorbed".
	Absorbed struct {
		Fact
		From   string `json:"from"`
		Number string `json:"number"`
	}

	// Released says that such a merge was undone. "incident.released".
	Released struct {
		Fact
		From   string `json:"from"`
		Number string `json:"number"`
	}

	// Corrected changes what was reported. What it was before stays in the facts.
	// "incident.corrected".
	Corrected struct {
		Fact
		Field     string                `json:"field"` // location, matter, description, severity, concerns
		Reason    string                `json:"reason"`
		Location  *Location             `json:"location,omitempty"`
		Place     *jurisdiction.Place   `json:"place,omitempty"`
		Matter    *catalogue.Key        `json:"matter,omitempty"`
		Criterion string                `json:"criterion,omitempty"`
		Limit     *deadline.Limit       `json:"limit,omitempty"` // of the new criterion: later dispatches
		Text      string                `json:"text,omitempty"`  // description
		Severity  Severity              `json:"severity,omitempty"`
		Concerns  *string               `json:"concerns,omitempty"`
		Flags     []Flag                `json:"flags,omitempty"`   // that the new value deserves; see [CorrectedFlags]
		Routing   *jurisdiction.Routing `json:"routing,omitempty"` // who answers now, if place or matter changed
		Back      *Standing             `json:"back,omitempty"`    // it changed who answers: back to that desk
	}

	// HandedOver gives it to an emergency number or another authority, phoned first.
	// It ends the incident as closed. "incident.handed_over".
	HandedOver struct {
		Fact
		Agency  string `json:"agency"`
		Receipt string `json:"receipt"`
		Rest    string `json:"rest,omitempty"`    // what remains to be done, in words
		RestID  string `json:"rest_id,omitempty"` // of the incident that it becomes
	}

	// Recurred links it to the one before it. "incident.recurred".
	Recurred struct {
		Fact
		Recurrence
	}

	// Flagged marks something the program noticed. "incident.flagged".
	Flagged struct {
		Fact
		Flag  Flag   `json:"flag"`
		Other string `json:"other,omitempty"` // incident id
		Photo string `json:"photo,omitempty"`
	}
)

func (Merged) isEvent()     {}
func (Unmerged) isEvent()   {}
func (Absorbed) isEvent()   {}
func (Released) isEvent()   {}
func (Corrected) isEvent()  {}
func (HandedOver) isEvent() {}
func (Recurred) isEvent()   {}
func (Flagged) isEvent()    {}
