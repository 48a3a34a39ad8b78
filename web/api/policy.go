package api

import (
	"context"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
)

// A PolicyNow is the policy in force: the numbers that are configuration, not rules.
// Spans that run day and night are in seconds.
type PolicyNow struct {
	Version        string       `json:"version"`
	StageLimits    []StageLimit `json:"stage_limits" doc:"handling has none: the criterion's limit counts"`
	AcceptLimit    TwoLimits    `json:"accept_limit"`
	HotlineTotal   string       `json:"hotline_total" doc:"where the ticket type is unknown"`
	WarnPercent    int          `json:"warn_percent"`
	DifficultAfter int          `json:"difficult_after" doc:"returns and transfers"`
	ReopenWindow   int64        `json:"reopen_window_seconds"`

	ReturnWindow      TwoLimits             `json:"return_window" doc:"how long after dispatch a unit may return it"`
	ReturnReview      incident.ReturnReview `json:"return_review" enum:"off,desk,duty_leader"`
	ReturnReviewLimit TwoLimits             `json:"return_review_limit" doc:"silence until then refuses"`
	MaxExtensions     int                   `json:"max_extensions"`
	SuspensionMax     int64                 `json:"suspension_max_seconds"`
	ExtensionLadder   []incident.Rung       `json:"extension_ladder"`
	SuspensionLadder  []incident.Rung       `json:"suspension_ladder"`
	Rework            incident.Rework       `json:"rework" enum:"restart,continue"`
	Separation        incident.Separation   `json:"separation_of_duties" enum:"off,warn,enforce"`
	CallLimit         TwoLimits             `json:"call_limit"`
	DrawPercent       int                   `json:"draw_percent" doc:"of what is settled on the spot"`
	UnmergeWindow     int64                 `json:"unmerge_window_seconds"`
	AutoFilePhoto     bool                  `json:"auto_file_photo"`
	FreshWithin       int64                 `json:"fresh_within_seconds"`
	FreshMeters       float64               `json:"fresh_meters"`
	DuplicateMeters   float64               `json:"duplicate_meters"`
	DuplicateWithin   int64                 `json:"duplicate_within_seconds"`
	RecurrenceMeters  float64               `json:"recurrence_meters"`
	RecurrenceWithin  int64                 `json:"recurrence_within_seconds"`
	TicketLimits      []TicketLimit         `json:"ticket_limits" doc:"of the city's clock, where the city says no deadline"`
	HotspotCallers    int                   `json:"hotspot_callers"`
	HotspotMeters     float64               `json:"hotspot_meters"`
	HotspotWithin     int64                 `json:"hotspot_within_seconds"`
	RepeatWithin      int64                 `json:"repeat_within_seconds" doc:"the same caller on the same thing; as near as a hot spot"`
	At                time.Time             `json:"at"`
}

// A TicketLimit is the city's limit of one type of ticket.
type TicketLimit struct {
	Type  ticket.Type `json:"type"`
	Limit string      `json:"limit" doc:"e.g. 15 working_days"`
}

// TwoLimits are a limit, and the one for urgent incidents.
type TwoLimits struct {
	Normal string `json:"normal" doc:"e.g. 4 working_hours; empty: none"`
	Urgent string `json:"urgent" doc:"empty: as normal"`
}

// A StageLimit is how long a stage may take.
type StageLimit struct {
	Stage incident.Stage `json:"stage"`
	TwoLimits
}

func (s *server) policy(context.Context, *Request, none) (PolicyNow, error) {
	p := s.reference().Policy
	out := PolicyNow{
		Version: p.Version, StageLimits: []StageLimit{}, AcceptLimit: twoLimits(p.AcceptLimit), HotlineTotal: limitText(p.HotlineTotal),
		WarnPercent: p.WarnPercent, DifficultAfter: p.DifficultAfter, ReopenWindow: seconds(p.ReopenWindow),
		ReturnWindow: twoLimits(p.ReturnWindow), ReturnReview: p.ReturnReview, ReturnReviewLimit: twoLimits(p.ReturnReviewLimit),
		MaxExtensions: p.MaxExtensions, SuspensionMax: seconds(p.SuspensionMax),
		ExtensionLadder: p.ExtensionLadder, SuspensionLadder: p.SuspensionLadder, Rework: p.Rework, Separation: p.Separation,
		CallLimit: twoLimits(p.CallLimit), DrawPercent: p.DrawPercent, UnmergeWindow: seconds(p.UnmergeWindow),
		AutoFilePhoto: p.AutoFilePhoto, FreshWithin: seconds(p.FreshWithin), FreshMeters: p.FreshMeters,
		DuplicateMeters: p.DuplicateMeters, DuplicateWithin: seconds(p.DuplicateWithin),
		RecurrenceMeters: p.RecurrenceMeters, RecurrenceWithin: seconds(p.RecurrenceWithin), At: s.Now(),
	}
	out.TicketLimits, out.HotspotCallers, out.HotspotMeters, out.HotspotWithin = []TicketLimit{}, p.Tickets.HotCallers, p.Tickets.HotMeters, seconds(p.Tickets.HotWithin)
	out.RepeatWithin = seconds(p.Tickets.RepeatWithin)
	for _, kind := range ticket.Types {
		out.TicketLimits = append(out.TicketLimits, TicketLimit{kind, limitText(p.Tickets.Limits[string(kind)])})
	}
	for _, stage := range incident.Stages {
		if l, ok := p.StageLimits[stage]; ok {
			out.StageLimits = append(out.StageLimits, StageLimit{stage, twoLimits(l)})
		}
	}
	return out, nil
}

func twoLimits(l incident.StageLimit) TwoLimits {
	return TwoLimits{Normal: limitText(l.Normal), Urgent: limitText(l.Urgent)}
}

func limitText(l deadline.Limit) string {
	if l.IsZero() {
		return ""
	}
	return l.String()
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
