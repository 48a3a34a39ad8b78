package reference

import (
	"fmt"
	"io"
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

// parsePolicy joins stage limits with the table of single numbers.
func parsePolicy(version string, limits map[string]incident.StageLimit, r io.Reader) (*incident.Policy, error) {
	p := &incident.Policy{Version: version, StageLimits: map[incident.Stage]incident.StageLimit{}, AcceptLimit: limits["accept"]}
	rows, faults := table.Read("policy", r, "name", "value", "meaning")
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
	p.ReturnWindow, p.ReturnReviewLimit = limits["return"], limits["return_review"]
	if p.AcceptLimit.Normal.IsZero() {
		faults.Add(0, "", "no limit for signing")
	}
	set := map[string]func(value string) error{
		"warn_percent":    func(v string) (err error) { p.WarnPercent, err = strconv.Atoi(v); return err },
		"difficult_after": func(v string) (err error) { p.DifficultAfter, err = strconv.Atoi(v); return err },
		"reopen_window":   func(v string) (err error) { p.ReopenWindow, err = time.ParseDuration(v); return err },
		"hotline_total":   func(v string) (err error) { p.HotlineTotal, err = deadline.ParseLimit(v); return err },
		"stand_in":        func(v string) (err error) { p.StandIn, err = deadline.ParseLimit(v); return err },

		"return_review":        word(&p.ReturnReview, incident.ReviewOff, incident.ReviewDesk, incident.ReviewDutyLeader),
		"max_extensions":       func(v string) (err error) { p.MaxExtensions, err = strconv.Atoi(v); return err },
		"suspension_max":       func(v string) (err error) { p.SuspensionMax, err = time.ParseDuration(v); return err },
		"extension_ladder":     ladder(&p.ExtensionLadder),
		"suspension_ladder":    ladder(&p.SuspensionLadder),
		"rework":               word(&p.Rework, incident.ReworkRestart, incident.ReworkContinue),
		"separation_of_duties": word(&p.Separation, incident.SeparationOff, incident.SeparationWarn, incident.SeparationEnforce),
		"call_limit":           func(v string) (err error) { p.CallLimit.Normal, err = deadline.ParseLimit(v); return err },
		"call_limit_urgent":    func(v string) (err error) { p.CallLimit.Urgent, err = deadline.ParseLimit(v); return err },
		"draw_percent":         func(v string) (err error) { p.DrawPercent, err = strconv.Atoi(v); return err },
		"unmerge_window":       func(v string) (err error) { p.UnmergeWindow, err = time.ParseDuration(v); return err },
		"auto_file_photo":      func(v string) (err error) { p.AutoFilePhoto, err = strconv.ParseBool(v); return err },
		"fresh_within":         func(v string) (err error) { p.FreshWithin, err = time.ParseDuration(v); return err },
		"fresh_meters":         func(v string) (err error) { p.FreshMeters, err = strconv.ParseFloat(v, 64); return err },
		"duplicate_meters":     func(v string) (err error) { p.DuplicateMeters, err = strconv.ParseFloat(v, 64); return err },
		"duplicate_within":     func(v string) (err error) { p.DuplicateWithin, err = time.ParseDuration(v); return err },
		"recurrence_meters":    func(v string) (err error) { p.RecurrenceMeters, err = strconv.ParseFloat(v, 64); return err },
		"recurrence_within":    func(v string) (err error) { p.RecurrenceWithin, err = time.ParseDuration(v); return err },
	}
	for _, row := range rows {
		read, known := set[row.Fields[0]]
		if !known {
			faults.Add(row.Line, "name", "%q is unknown or there twice", row.Fields[0])
			continue
		}
		delete(set, row.Fields[0])
		if err := read(row.Fields[1]); err != nil {
			faults.Add(row.Line, "value", "%v", err)
		}
	}
	for name := range set {
		faults.Add(0, "", "%s is missing", name)
	}
	return p, faults.Err()
}

// word reads one of a few words.
func word[W ~string](into *W, words ...W) func(string) error {
	return func(v string) error {
		if !slices.Contains(words, W(v)) {
			return fmt.Errorf("%q is none of %v", v, words)
		}
		*into = W(v)
		return nil
	}
}

// ladder reads the rungs of an approval, divided by semicolons.
func ladder(into *[]incident.Rung) func(string) error {
	return func(v string) error {
		for rung := range strings.SplitSeq(v, ";") {
			var r incident.Rung
			if err := word(&r, incident.Rungs...)(rung); err != nil {
				return err
			}
			*into = append(*into, r)
		}
		return nil
	}
}
