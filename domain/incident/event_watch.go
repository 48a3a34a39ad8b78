package incident

import "time"

// What those above, the callers and the auditors say.
type (
	// Urged reminds the holder; no clock changes. "incident.urged".
	Urged struct {
		Fact
		Holder string `json:"holder"` // who was reminded
		Reason string `json:"reason"`
	}

	// Supervised asks the holder a question to be answered in time. "incident.supervised".
	Supervised struct {
		Fact
		N        int       `json:"n"` // from 1
		Holder   string    `json:"holder"`
		Question string    `json:"question"`
		ReplyBy  time.Time `json:"reply_by"`
	}

	// Replied answers a supervision. "incident.replied".
	Replied struct {
		Fact
		N      int    `json:"n"`
		Unit   string `json:"unit"`
		Answer string `json:"answer"`
		Late   bool   `json:"late,omitempty"`
	}

	// Rated is how content somebody is after closing. "incident.rated".
	Rated struct {
		Fact
		Score int    `json:"score"` // 1–5
		Rater string `json:"rater"` // hotline callback, reporter, … in the giver's words
	}

	// Appealed asks for an exemption. "incident.appealed".
	Appealed struct {
		Fact
		Unit    string   `json:"unit"`
		Reason  string   `json:"reason"`
		Grounds []Ground `json:"grounds"` // what happened to the unit
		Desk    string   `json:"desk"`    // who decides first
	}

	// AppealUpheld adds an exemption beside the facts. "incident.appeal_upheld".
	AppealUpheld struct {
		Fact
		Unit    string   `json:"unit"`
		Desk    string   `json:"desk"`
		Grounds []Ground `json:"grounds"`
	}

	// AppealRejected says no; the district's desk decides next, or has decided.
	// "incident.appeal_rejected".
	AppealRejected struct {
		Fact
		Unit   string `json:"unit"`
		Desk   string `json:"desk"`
		Reason string `json:"reason"`
		Next   string `json:"next,omitempty"` // desk that decides next; empty: final
	}

	// SpotChecked is a look after closing. One that finds it false takes the incident
	// up again, and no appeal exempts it. "incident.spot_checked".
	SpotChecked struct {
		Fact
		Genuine bool      `json:"genuine"`
		Reason  string    `json:"reason,omitempty"`
		Unit    string    `json:"unit"`            // that handled it
		Again   *Standing `json:"again,omitempty"` // not genuine: where it stands now
	}

	// CallerViewed says that somebody was shown the caller's name and phone.
	// "incident.caller_viewed".
	CallerViewed struct {
		Fact
		Reason string `json:"reason"`
	}
)

func (Urged) isEvent()          {}
func (Supervised) isEvent()     {}
func (Replied) isEvent()        {}
func (Rated) isEvent()          {}
func (Appealed) isEvent()       {}
func (AppealUpheld) isEvent()   {}
func (AppealRejected) isEvent() {}
func (SpotChecked) isEvent()    {}
func (CallerViewed) isEvent()   {}
