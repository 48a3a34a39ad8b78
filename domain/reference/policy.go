package reference

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/table"
)

// limitText finds a limit in a sentence: "4 working_hours", or "15 分钟", which is
// minutes by day and night.
var limitText = regexp.MustCompile(`(\d+) ?([a-z]+_[a-z]+|分钟)`)

// parseStageLimits reads the rows of kind `stage_default`: a sentence of parts
// divided by ；, in which the first limit is the normal one and the one after 紧急
// the urgent one. The row `handling` has none: the criterion's limit counts.
func parseStageLimits(r io.Reader) (map[string]incident.StageLimit, error) {
	rows, faults := table.Read("texts", r, "kind", "matter_code", "text")
	limits := map[string]incident.StageLimit{}
	for _, row := range rows {
		if row.Fields[0] != "stage_default" {
			continue
		}
		name := row.Fields[1]
		var l incident.StageLimit
		for part := range strings.SplitSeq(row.Fields[2], "；") {
			found := limitText.FindStringSubmatch(part)
			if found == nil {
				continue
			}
			limit, err := deadline.ParseLimit(found[1] + " " + strings.ReplaceAll(found[2], "分钟", string(deadline.UrgentMinutes)))
			if err != nil {
				faults.Add(row.Line, "text", "%v", err)
			}
			if strings.HasPrefix(part, "紧急") {
				l.Urgent = limit
			} else {
				l.Normal = limit
			}
		}
		if l.Normal.IsZero() != (name == string(incident.Handling)) {
			faults.Add(row.Line, "text", "%q gives %s the limit %v", row.Fields[2], name, l.Normal)
		}
		if _, twice := limits[name]; twice {
			faults.Add(row.Line, "matter_code", "%s is there twice", name)
		}
		limits[name] = l
	}
	return limits, faults.Err()
}

// LimitNames are the rows that a table of limits must have: the stages of an incident,
// but for handling, whose limit is the criterion's, and what else has a limit.
var LimitNames = []string{
	"verifying", "intake", "dispatching", "coordinating", "checking", "close",
	"accept", "return", "return_review", "contact", "reply_reserve",
}

// limitsFrom reads a table of limits: name, normal, urgent.
func limitsFrom(rows []table.Row) (map[string]incident.StageLimit, *table.Faults) {
	faults := &table.Faults{Table: "limits"}
	limits := map[string]incident.StageLimit{}
	for _, x := range rows {
		name := x.Fields[0]
		var l incident.StageLimit
		for i, to := range []*deadline.Limit{&l.Normal, &l.Urgent} {
			text := x.Fields[1+i]
			if text == "" {
				continue
			}
			var err error
			if *to, err = deadline.ParseLimit(text); err != nil {
				faults.Add(x.Line, limitColumns[1+i], "%v", err)
			}
		}
		switch _, twice := limits[name]; {
		case twice:
			faults.Add(x.Line, "name", "%s is there twice", name)
		case name != string(incident.Handling) && !slices.Contains(LimitNames, name):
			faults.Add(x.Line, "name", "%q is none of %v", name, LimitNames)
		case l.Normal.IsZero() != (name == string(incident.Handling)):
			faults.Add(x.Line, "normal", "the limit of %s is %q: handling has none here, all others one", name, x.Fields[1])
		}
		limits[name] = l
	}
	for _, name := range LimitNames {
		if _, there := limits[name]; !there {
			faults.Add(0, "", "%s is missing", name)
		}
	}
	return limits, faults
}

// parsePolicy joins stage limits with the table of single numbers.
func parsePolicy(version string, limits map[string]incident.StageLimit, r io.Reader) (*incident.Policy, error) {
	rows, faults := table.Read("policy", r, policyColumns...)
	p, more := policyFrom(version, limits, rows)
	faults.List = append(faults.List, more.List...)
	return p, faults.Err()
}

// policyFrom is parsePolicy of rows that are read already.
func policyFrom(version string, limits map[string]incident.StageLimit, rows []table.Row) (*incident.Policy, *table.Faults) {
	faults := &table.Faults{Table: "policy"}
	p := &incident.Policy{
		Version: version, StageLimits: map[incident.Stage]incident.StageLimit{}, AcceptLimit: limits["accept"],
		ReturnWindow: limits["return"], ReturnReviewLimit: limits["return_review"],
	}
	for _, stage := range incident.Stages {
		name := string(stage)
		if stage == incident.Closing {
			name = "close"
		}
		switch l, ok := limits[name]; {
		case stage == incident.Handling:
		case !ok:
			faults.Add(0, "", "no limit for stage %s", stage)
		default:
			p.StageLimits[stage] = l
		}
	}
	for what, l := range map[string]incident.StageLimit{
		"signing": p.AcceptLimit, "returning": p.ReturnWindow, "reviewing a return": p.ReturnReviewLimit,
	} {
		if l.Normal.IsZero() {
			faults.Add(0, "", "no limit for %s", what)
		}
	}
	set := settings(p)
	for _, x := range rows {
		read, known := set[x.Fields[0]]
		if !known {
			faults.Add(x.Line, "name", "%q is unknown or there twice", x.Fields[0])
			continue
		}
		delete(set, x.Fields[0])
		if err := read(x.Fields[1]); err != nil {
			faults.Add(x.Line, "value", "%v", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		value, since := youngerRows[name]
		if !since {
			faults.Add(0, "", "%s is missing", name)
		} else if err := set[name](value); err != nil {
			faults.Add(0, "", "%s: %v", name, err)
		}
	}
	return p, faults
}

// youngerRows are rows that a ledger's older tables do not have, and what counts there.
var youngerRows = map[string]string{
	"ticket_consult": "2 working_days", "ticket_complaint": "15 working_days", "ticket_report": "15 working_days",
	"ticket_suggestion": "10 working_days", "ticket_help": "10 working_days", "ticket_other": "15 working_days",
	"hotspot_callers": "5", "hotspot_meters": "200", "hotspot_within": "24h", "repeat_within": "720h",
}

// settings are the rows of the policy's table, and what each sets.
func settings(p *incident.Policy) map[string]func(value string) error {
	return map[string]func(value string) error{
		"warn_percent":         whole(&p.WarnPercent, 1, 99),
		"difficult_after":      whole(&p.DifficultAfter, 1, 100),
		"reopen_window":        span(&p.ReopenWindow),
		"hotline_total":        func(v string) (err error) { p.HotlineTotal, err = deadline.ParseLimit(v); return err },
		"stand_in":             func(v string) (err error) { p.StandIn, err = deadline.ParseLimit(v); return err },
		"return_review":        word(&p.ReturnReview, incident.ReviewOff, incident.ReviewDesk, incident.ReviewDutyLeader),
		"max_extensions":       whole(&p.MaxExtensions, 0, 10),
		"suspension_max":       span(&p.SuspensionMax),
		"extension_ladder":     ladder(&p.ExtensionLadder),
		"suspension_ladder":    ladder(&p.SuspensionLadder),
		"rework":               word(&p.Rework, incident.ReworkRestart, incident.ReworkContinue),
		"separation_of_duties": word(&p.Separation, incident.SeparationOff, incident.SeparationWarn, incident.SeparationEnforce),
		"call_limit":           func(v string) (err error) { p.CallLimit.Normal, err = deadline.ParseLimit(v); return err },
		"call_limit_urgent":    func(v string) (err error) { p.CallLimit.Urgent, err = deadline.ParseLimit(v); return err },
		"draw_percent":         whole(&p.DrawPercent, 0, 100),
		"unmerge_window":       span(&p.UnmergeWindow),
		"auto_file_photo":      word(&p.AutoFilePhoto, false, true),
		"fresh_within":         span(&p.FreshWithin),
		"fresh_meters":         meters(&p.FreshMeters),
		"duplicate_meters":     meters(&p.DuplicateMeters),
		"duplicate_within":     span(&p.DuplicateWithin),
		"recurrence_meters":    meters(&p.RecurrenceMeters),
		"recurrence_within":    span(&p.RecurrenceWithin),
		"ticket_consult":       ticketLimit(&p.Tickets, "consult"),
		"ticket_complaint":     ticketLimit(&p.Tickets, "complaint"),
		"ticket_report":        ticketLimit(&p.Tickets, "report"),
		"ticket_suggestion":    ticketLimit(&p.Tickets, "suggestion"),
		"ticket_help":          ticketLimit(&p.Tickets, "help"),
		"ticket_other":         ticketLimit(&p.Tickets, "other"),
		"hotspot_callers":      whole(&p.Tickets.HotCallers, 2, 1000),
		"hotspot_meters":       meters(&p.Tickets.HotMeters),
		"hotspot_within":       span(&p.Tickets.HotWithin),
		"repeat_within":        span(&p.Tickets.RepeatWithin),
	}
}

// ticketLimit sets the city's limit of one type of ticket.
func ticketLimit(to *incident.TicketPolicy, kind string) func(string) error {
	return func(v string) error {
		l, err := deadline.ParseLimit(v)
		if err != nil {
			return err
		}
		if to.Limits == nil {
			to.Limits = map[string]deadline.Limit{}
		}
		to.Limits[kind] = l
		return nil
	}
}

func whole(to *int, least, most int) func(string) error {
	return func(v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is no whole number from %d to %d", v, least, most)
		}
		*to = n
		return nil
	}
}

func meters(to *float64) func(string) error {
	return func(v string) error {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || !(n >= 0 && n <= 10_000) {
			return fmt.Errorf("%q is no distance from 0 to 10000 metres", v)
		}
		*to = n
		return nil
	}
}

func span(to *time.Duration) func(string) error {
	return func(v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is no time like 72h or 30m", v)
		}
		*to = d
		return nil
	}
}

func word[T comparable](to *T, words ...T) func(string) error {
	return func(v string) error {
		var list []string
		for _, w := range words {
			if list = append(list, fmt.Sprint(w)); fmt.Sprint(w) == v {
				*to = w
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", v, strings.Join(list, ", "))
	}
}

func ladder(to *[]incident.Rung) func(string) error {
	return func(v string) error {
		var rungs []incident.Rung
		for text := range strings.SplitSeq(v, ";") {
			rung := incident.Rung(strings.TrimSpace(text))
			if !slices.Contains(incident.Rungs, rung) || slices.Contains(rungs, rung) {
				return fmt.Errorf("%q is none of %v, or there twice", text, incident.Rungs)
			}
			rungs = append(rungs, rung)
		}
		*to = rungs
		return nil
	}
}
