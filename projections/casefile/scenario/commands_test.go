package scenario_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// command returns the command that a line gives. What the edge of the program adds —
// the place of a point, routing, the other incident — is added here.
func (s *story) command(l line, by incident.Actor) (c incident.Command, err error) {
	f := l.fields
	defer func() {
		if left := f.rest(); err == nil && len(left) > 0 {
			err = fmt.Errorf("%s has no fields %v", l.command, left)
		}
	}()
	x := incident.Extra{Note: f.take("note")}
	if l.command != "report" {
		x.Photos = photos(f.take("photos"))
	}
	text := func(name string) string { return f.take(name) }
	unit := func(name string) string { return s.unit(f.take(name)) }
	switch l.command {
	case "report":
		return s.report(l, x, by)
	case "confirm":
		return incident.Confirm{Extra: x}, nil
	case "refute":
		return incident.Refute{Extra: x, Reason: text("reason")}, nil
	case "file":
		m, criterion := s.matter(f)
		c := incident.File{Extra: x, Matter: m, Criterion: criterion, Severity: incident.Severity(text("severity"))}
		c.StandIn, err = limit(f.take("stand_in"))
		return c, err
	case "decline":
		return incident.Decline{Extra: x, Reason: text("reason")}, nil
	case "dispatch":
		c := incident.Dispatch{Extra: x, Unit: unit("unit"), Reason: text("reason")}
		if _, c.Auto = f["auto"]; c.Auto {
			f.take("auto")
			c.IfAt = s.of(l).filedAt
		}
		c.Helpers, err = s.helpers(f.take("helpers"))
		return c, err
	case "accept":
		return incident.Accept{Extra: x}, nil
	case "handle":
		return incident.Handle{Extra: x, Result: text("result")}, nil
	case "return":
		return incident.Return{Extra: x, Code: incident.ReturnCode(text("code")), Reason: text("reason"), Clause: text("clause")}, nil
	case "transfer":
		c := incident.Transfer{Extra: x, Unit: unit("unit"), Reason: text("reason")}
		c.Helpers, err = s.helpers(f.take("helpers"))
		return c, err
	case "escalate":
		return incident.Escalate{Extra: x, Code: incident.EscalateCode(text("code")), Reason: text("reason")}, nil
	case "pass":
		return incident.Pass{Extra: x}, nil
	case "fail":
		return incident.Fail{Extra: x, Reason: text("reason")}, nil
	case "close":
		return incident.Close{Extra: x, ClosingConditionMet: text("met") == "yes"}, nil
	case "reopen":
		return incident.Reopen{Extra: x, Reason: text("reason")}, nil
	case "void":
		return incident.Void{Extra: x, Reason: text("reason")}, nil
	case "comment":
		return incident.Comment{Extra: x, Text: text("text")}, nil
	case "attach":
		return incident.Attach{Extra: x}, nil
	case "warn", "expire":
		due, err := s.moment(f.take("due"))
		clock := incident.Clock(text("clock"))
		if l.command == "warn" {
			return incident.Warn{Clock: clock, Due: due}, err
		}
		return incident.Expire{Clock: clock, Due: due}, err
	case "request-extension":
		return incident.RequestExtension{Extra: x, Reason: text("reason")}, nil
	case "grant-extension":
		return incident.GrantExtension{Extra: x}, nil
	case "refuse-extension":
		return incident.RefuseExtension{Extra: x, Reason: text("reason")}, nil
	case "request-suspension":
		until, err := s.moment(f.take("until"))
		return incident.RequestSuspension{Extra: x, Reason: text("reason"), Code: incident.SuspendCode(text("code")), Until: until}, err
	case "grant-suspension":
		return incident.GrantSuspension{Extra: x}, nil
	case "refuse-suspension":
		return incident.RefuseSuspension{Extra: x, Reason: text("reason")}, nil
	case "resume":
		return incident.Resume{Extra: x}, nil
	case "approve-return":
		return incident.ApproveReturn{Extra: x}, nil
	case "refuse-return":
		return incident.RefuseReturn{Extra: x, Reason: text("reason")}, nil
	case "recompute":
		return incident.Recompute{}, nil
	case "lapse":
		due, err := s.moment(f.take("due"))
		n, _ := strconv.Atoi(f.take("n"))
		return incident.Lapse{Of: incident.Duty(text("of")), N: n, Due: due}, err
	case "open-coordination":
		return incident.OpenCoordination{Extra: x, Units: s.units(f.take("units")), Question: text("question")}, nil
	case "conclude-coordination":
		c := incident.ConcludeCoordination{Extra: x, Lead: unit("lead")}
		if c.Ruling, err = s.ruling(f); err != nil {
			return nil, err
		}
		c.Helpers, err = s.helpers(f.take("helpers"))
		return c, err
	case "help":
		return incident.Help{Extra: x, Result: text("result")}, nil
	case "assign":
		return incident.Assign{Extra: x, Team: text("team"), Person: text("person"), Reason: text("reason")}, nil
	case "call":
		c := incident.Call{Extra: x, Unit: unit("unit"), Task: text("task")}
		c.Within, err = limit(f.take("within"))
		return c, err
	case "arrive":
		return incident.Arrive{Extra: x}, nil
	case "refuse-call":
		return incident.RefuseCall{Extra: x, Reason: text("reason")}, nil
	case "task":
		return incident.Task{Person: text("person"), Grid: text("grid"), Why: text("why")}, nil
	case "urge":
		return incident.Urge{Extra: x, Reason: text("reason")}, nil
	case "supervise":
		by, err := s.moment(f.take("reply_by"))
		return incident.Supervise{Extra: x, Question: text("question"), ReplyBy: by}, err
	case "reply":
		return incident.Reply{Extra: x, Answer: text("answer")}, nil
	case "rate":
		score, _ := strconv.Atoi(f.take("score"))
		return incident.Rate{Extra: x, Score: score, Rater: text("by")}, nil
	case "appeal":
		return incident.Appeal{Extra: x, Reason: text("reason")}, nil
	case "uphold-appeal":
		return incident.UpholdAppeal{Extra: x}, nil
	case "reject-appeal":
		return incident.RejectAppeal{Extra: x, Reason: text("reason")}, nil
	case "spot-check":
		return incident.SpotCheck{Extra: x, Genuine: text("genuine") == "yes", Reason: text("reason")}, nil
	case "view-caller":
		return incident.ViewCaller{Extra: x, Reason: text("reason")}, nil
	case "merge":
		into := f.take("into")
		c := incident.Merge{Extra: x, Into: idOf(into), Reason: text("reason")}
		if other, there := s.incidents[into]; there {
			state := other.state
			c.Target, c.IntoNumber = &state, other.number
		}
		return c, nil
	case "unmerge":
		return incident.Unmerge{Extra: x, Reason: text("reason")}, nil
	case "absorb", "release":
		from := f.take("from")
		if l.command == "absorb" {
			return incident.Absorb{From: idOf(from), Number: s.numberOf(from)}, nil
		}
		return incident.Release{From: idOf(from), Number: s.numberOf(from)}, nil
	case "correct":
		return s.correction(f, x)
	case "hand-over":
		c := incident.HandOver{Extra: x, Agency: text("agency"), Receipt: text("receipt"), Rest: text("rest")}
		if c.Rest != "" {
			c.RestID = idOf("rest")
		}
		return c, nil
	case "recur":
		of := f.take("of")
		closed, err := s.moment(f.take("closed_at"))
		n, _ := strconv.Atoi(f.take("count"))
		return incident.Recur{Recurrence: incident.Recurrence{Of: idOf(of), Number: s.numberOf(of), ClosedAt: closed, Count: n}}, err
	case "flag":
		return incident.MarkFlag{Flag: incident.Flag(text("flag")), Other: idOf(text("other")), Photo: text("photo")}, nil
	}
	return nil, fmt.Errorf("there is no command %q", l.command)
}

func (s *story) report(l line, x incident.Extra, by incident.Actor) (incident.Command, error) {
	f := l.fields
	at, known := places[f.take("at")]
	if !known {
		return nil, fmt.Errorf("a report lies at one of the places of the cast")
	}
	c := incident.Report{
		Extra: x, Number: s.number(l.of), Source: incident.Source(f.take("source")), Description: f.take("text"),
		Severity: incident.Severity(f.take("severity")), Place: at.place, Concerns: s.unit(f.take("concerns")),
		Location:  incident.Location{Point: at.point, CRS: "wgs84"},
		OnTheSpot: f.take("on_the_spot") == "yes", After: photos(f.take("photos_after")), Fresh: f.take("fresh") == "yes",
	}
	c.Photos = photos(f.take("photos"))
	if c.Source == "" {
		c.Source = source[by.Role]
	}
	c.Matter, c.Criterion = s.matter(f)
	switch f.take("caller") {
	case "yes":
		c.Reporter = &incident.Reporter{Subject: idOf("caller")}
	case "confidential":
		c.Reporter = &incident.Reporter{Subject: idOf("caller"), Confidential: true}
	}
	if number := f.take("number"); number != "" {
		c.Number = number
	}
	if parent := f.take("parent"); parent != "" {
		c.Parent = idOf(parent)
	}
	for name, into := range map[string]**time.Time{"due": &c.DueAt, "captured": &c.CapturedAt} {
		if v := f.take(name); v != "" {
			t, err := s.moment(v)
			if err != nil {
				return nil, err
			}
			*into = &t
		}
	}
	if v := f.take("occurred"); v != "" {
		t, err := s.moment(v)
		if err != nil {
			return nil, err
		}
		c.OccurredAt = t
	}
	if v := f.take("flags"); v != "" {
		for flag := range strings.SplitSeq(v, ",") {
			c.Flags = append(c.Flags, incident.Flag(flag))
		}
	}
	c.Routing = s.world.Book.Route(jurisdiction.Question{
		Source: string(c.Source), Matter: c.Matter, Criterion: c.Criterion, Severity: string(c.Severity), Place: c.Place,
		Concerns: c.Concerns,
	})
	return c, nil
}

func (s *story) correction(f fields, x incident.Extra) (incident.Command, error) {
	c := incident.Correct{Extra: x, Field: f.take("field"), Reason: f.take("reason")}
	value, given := f["value"]
	f.take("value")
	switch {
	case !given:
	case c.Field == incident.LocationField:
		at, known := places[value]
		if !known {
			return nil, fmt.Errorf("%q is no place of the cast", value)
		}
		c.Location, c.Place = &incident.Location{Point: at.point, CRS: "wgs84", Pinned: true}, &at.place
	case c.Field == incident.MatterField:
		m := catalogue.ParsePrefixed(value)
		c.Matter = &m
		if n := f.take("criterion"); n != "" {
			c.Criterion = m.String() + "/" + n
		}
	case c.Field == incident.ConcernsField:
		unit := s.unit(strings.TrimPrefix(value, "-"))
		c.Concerns = &unit
	case c.Field == incident.SeverityField:
		c.Severity = incident.Severity(value)
	default:
		c.Text = value
	}
	return c, nil
}

// matter reads a matter, and the number of its criterion.
func (s *story) matter(f fields) (catalogue.Key, string) {
	matter, criterion := f.take("matter"), f.take("criterion")
	if matter == "" {
		return catalogue.Key{}, criterion
	}
	m := catalogue.ParsePrefixed(matter)
	if criterion != "" {
		criterion = m.String() + "/" + criterion
	}
	return m, criterion
}

// helpers reads "S02(清运),S04(警戒)<4 working_hours>".
func (s *story) helpers(text string) ([]incident.HelpWanted, error) {
	if text == "" {
		return nil, nil
	}
	var wanted []incident.HelpWanted
	for part := range strings.SplitSeq(text, ",") {
		part, within, limited := strings.Cut(strings.TrimSuffix(part, ">"), "<")
		name, task, _ := strings.Cut(strings.TrimSuffix(part, ")"), "(")
		w := incident.HelpWanted{Unit: s.unit(name), Task: task}
		if limited {
			l, err := limit(within)
			if err != nil {
				return nil, err
			}
			w.Limit = l
		}
		wanted = append(wanted, w)
	}
	return wanted, nil
}

func (s *story) ruling(f fields) (*incident.Ruling, error) {
	matter := f.take("ruling.matter")
	if matter == "" {
		return nil, nil
	}
	r := incident.Ruling{
		Matter: catalogue.ParsePrefixed(matter), Area: f.take("ruling.area"), Unit: s.unit(f.take("ruling.unit")),
		Authority: f.take("ruling.authority"), Number: f.take("ruling.number"),
	}
	if v := f.take("ruling.expires"); v != "" {
		t, err := s.moment(v)
		if err != nil {
			return nil, err
		}
		r.Expires = &t
	}
	return &r, nil
}

func limit(text string) (*deadline.Limit, error) {
	if text == "" {
		return nil, nil
	}
	l, err := deadline.ParseLimit(text)
	return &l, err
}

// idOf is the id of an incident of a story, or of something else it names.
func idOf(label string) string {
	if label == "" {
		return ""
	}
	return "id-" + label
}
