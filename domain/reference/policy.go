package reference

import (
	"io"
	"regexp"
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
	if p.AcceptLimit.Normal.IsZero() {
		faults.Add(0, "", "no limit for signing")
	}
	set := map[string]func(value string) error{
		"warn_percent":    func(v string) (err error) { p.WarnPercent, err = strconv.Atoi(v); return err },
		"difficult_after": func(v string) (err error) { p.DifficultAfter, err = strconv.Atoi(v); return err },
		"reopen_window":   func(v string) (err error) { p.ReopenWindow, err = time.ParseDuration(v); return err },
		"hotline_total":   func(v string) (err error) { p.HotlineTotal, err = deadline.ParseLimit(v); return err },
		"stand_in":        func(v string) (err error) { p.StandIn, err = deadline.ParseLimit(v); return err },
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
