package reports

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
)

// WithinMost is how long before red an act can be asked for.
const WithinMost = 24 * time.Hour

// act is an act as it is stored.
type act struct {
	Kind     ActKind           `json:"kind"`
	By       who               `json:"by"`
	AskedAt  *time.Time        `json:"asked_at,omitempty"`
	AskedFor *int64            `json:"asked_margin,omitempty"` // margin when it was asked for, in microseconds
	Yes      []who             `json:"yes,omitempty"`
	Unit     string            `json:"unit"`
	Stage    incident.Stage    `json:"stage"`
	Tier     jurisdiction.Tier `json:"tier"`
	Clock    incident.Clock    `json:"clock"`
	Due      time.Time         `json:"due"`
	After    *time.Time        `json:"after,omitempty"`
	Margin   int64             `json:"margin"` // microseconds to Due
	Red      bool              `json:"red,omitempty"`
	Leader   bool              `json:"leader,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Detail   Detail            `json:"detail"`
}

// A Detail says what an act did, where the act's name alone does not.
type Detail struct {
	Field  string     `json:"field,omitempty"`  // corrected
	Number string     `json:"number,omitempty"` // of the incident it was merged into
	Unit   string     `json:"unit,omitempty"`   // that it went to
	Until  *time.Time `json:"until,omitempty"`  // suspended
	Agency string     `json:"agency,omitempty"` // handed over to
	Code   string     `json:"code,omitempty"`   // of a return, an escalation or a suspension
}

// afterRed holds the acts that could make a late incident look better: when it is red,
// only the district's duty leader may give them.
var afterRed = []ActKind{Void, Merge, Suspend, Correct}

// near is the clock that runs out next, or that ran out last.
type near struct {
	clock  incident.Clock
	due    time.Time
	margin time.Duration
	red    bool
}

// nearest returns the clock of f by which an act at a moment is judged; false: none runs.
func nearest(f casefile.File, at time.Time) (near, bool) {
	var found near
	ok := false
	red := (f.StageMark | f.TotalMark).Has(casefile.Expired)
	for _, c := range []struct {
		clock incident.Clock
		due   *time.Time
		mark  casefile.Mark
	}{{incident.StageClock, f.Due.Stage, f.StageMark}, {incident.TotalClock, f.Due.Total, f.TotalMark}} {
		if c.due == nil || red != c.mark.Has(casefile.Expired) {
			continue
		}
		// Of several that are past, the last; of several to come, the first.
		if !ok || red == c.due.After(found.due) {
			found, ok = near{c.clock, *c.due, c.due.Sub(at), red}, true
		}
	}
	return found, ok
}

// actOf returns the act that a fact is, if it was done shortly before red or after it;
// nil: it is none of those looked at.
func actOf(s casefile.Step, m *memo) *act {
	e, by := s.Event, whoOf(incident.FactOf(s.Event).By)
	a := act{By: by}
	var request *asked
	switch e := e.(type) {
	case incident.Voided:
		a.Kind, a.Reason = Void, e.Reason
	case incident.Merged:
		a.Kind, a.Reason, a.Detail.Number = Merge, e.Reason, e.IntoNumber
	case incident.SuspensionGranted:
		until := e.Until.UTC()
		a.Kind, a.Reason, a.Detail.Until, a.Detail.Code = Suspend, e.Reason, &until, string(e.Code)
		request = m.Asked[incident.SuspensionRequest]
	case incident.ExtensionGranted:
		a.Kind = Extend
		if r := s.Before.Requests.Extension; r != nil {
			a.Reason = r.Reason
		}
		request = m.Asked[incident.ExtensionRequest]
	case incident.Corrected:
		a.Kind, a.Reason, a.Detail.Field = Correct, e.Reason, e.Field
	case incident.HandedOver:
		a.Kind, a.Detail.Agency = HandOver, e.Agency
	case incident.Transferred:
		a.Kind, a.Reason, a.Detail.Unit = Transfer, e.Reason, e.Unit
	case incident.Escalated:
		a.Kind, a.Reason, a.Detail.Unit, a.Detail.Code = Escalate, e.Reason, e.Holder, string(e.Code)
	case incident.Returned:
		a.Kind, a.Reason, a.Detail.Unit, a.Detail.Code = Return, e.Reason, e.Holder, string(e.Code)
		if s.Before.Requests.Return != nil {
			request = m.Asked[incident.ReturnRequest]
		}
	default:
		return nil
	}
	n, ok := nearest(s.Before, s.Record.At)
	if !ok || s.Before.Stage == nil || n.red && !slices.Contains(afterRed, a.Kind) {
		return nil
	}
	if request != nil {
		a.By, a.AskedAt, a.AskedFor = request.By, &request.At, request.Margin
		a.Yes = append(slices.Clone(request.Yes), by)
	}
	a.Unit, a.Stage, a.Tier = s.Before.Holder.Unit, *s.Before.Stage, s.Before.Tier
	a.Clock, a.Due, a.Margin, a.Red = n.clock, n.due.UTC(), n.margin.Microseconds(), n.red
	a.Leader = n.red && by.Role == jurisdiction.DistrictDesk
	after := s.After.Due.Stage
	if n.clock == incident.TotalClock {
		after = s.After.Due.Total
	}
	a.After = after
	if a.reach() > WithinMost.Microseconds() {
		return nil
	}
	return &a
}

// reach is how near to red an act came: when it was done or when it was asked for.
func (a act) reach() int64 {
	if a.AskedFor != nil && !a.Red {
		return min(a.Margin, *a.AskedFor)
	}
	return a.Margin
}

func (d *desk) act(s casefile.Step, a act) error {
	margin := a.reach()
	if a.Red {
		margin = min(margin, -1)
	}
	return d.put(`INSERT INTO reports_acts (position, id, at, kind, margin, data) VALUES ($1, $2, $3, $4, $5, $6)`,
		a, int64(s.Record.Position), s.After.ID, s.Record.At.UnixMicro(), string(a.Kind), margin)
}
