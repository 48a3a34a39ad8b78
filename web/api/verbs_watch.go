package api

import (
	"time"

	"gridcommand/domain/incident"
)

// The bodies of what those above, the callers and the auditors say.
type (
	// SuperviseCommand asks the holder a question.
	SuperviseCommand struct {
		CommandExtra
		Question string    `json:"question" minLength:"1" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
		ReplyBy  time.Time `json:"reply_by"`
	}
	// ReplyCommand answers it.
	ReplyCommand struct {
		CommandExtra
		Answer string `json:"answer" minLength:"1" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
	}
	// RateCommand says how content somebody is.
	RateCommand struct {
		CommandExtra
		Score int    `json:"score" minimum:"1" maximum:"5"`
		By    string `json:"by" minLength:"1" maxLength:"64" pattern:"\\S" patternDescription:"not blank" doc:"who rated: the callback, the reporter"`
	}
	// SpotCheckCommand says what a look after closing found.
	SpotCheckCommand struct {
		CommandExtra
		Genuine bool   `json:"genuine" doc:"false: nothing was put right"`
		Reason  string `json:"reason,omitempty" maxLength:"1000"`
	}
)

// watchVerbs are what those above, the callers and the auditors say.
var watchVerbs = []verb{
	say("urge", "Remind the holder", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Urge{Extra: x, Reason: b.Reason}
	}),
	ask("supervise", "Ask the holder a question", (*server).superviseCommand),
	say("reply", "Answer it", func(b ReplyCommand, x incident.Extra) incident.Command {
		return incident.Reply{Extra: x, Answer: b.Answer}
	}),
	say("rate", "Say how content somebody is", func(b RateCommand, x incident.Extra) incident.Command {
		return incident.Rate{Extra: x, Score: b.Score, Rater: b.By}
	}),
	say("appeal", "Ask for an exemption", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Appeal{Extra: x, Reason: b.Reason}
	}),
	say("uphold-appeal", "Exempt", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.UpholdAppeal{Extra: x} }),
	say("reject-appeal", "Do not", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.RejectAppeal{Extra: x, Reason: b.Reason}
	}),
	say("spot-check", "Look again after closing", func(b SpotCheckCommand, x incident.Extra) incident.Command {
		return incident.SpotCheck{Extra: x, Genuine: b.Genuine, Reason: b.Reason}
	}),
	say("view-caller", "Be shown name and phone of the caller", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.ViewCaller{Extra: x, Reason: b.Reason}
	}),
}

func (s *server) superviseCommand(_ *Request, b SuperviseCommand, x incident.Extra) (incident.Command, []FieldError) {
	return incident.Supervise{Extra: x, Question: b.Question, ReplyBy: b.ReplyBy}, s.judgeComing("/reply_by", b.ReplyBy)
}
