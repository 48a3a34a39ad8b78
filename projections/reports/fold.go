package reports

import (
	"slices"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
)

// Who acted, as the facts have it.
type who struct {
	Person string            `json:"p"`
	Unit   string            `json:"u,omitempty"`
	Role   jurisdiction.Role `json:"r,omitempty"`
}

func whoOf(a incident.Actor) who { return who{a.Person, a.Unit, a.Role} }

// A memo is what later facts of an incident need of its earlier ones.
type memo struct {
	Parts map[Part][]who                  `json:"parts,omitempty"` // since it was filed or taken up again
	Asked map[incident.RequestKind]*asked `json:"asked,omitempty"` // requests in flight

	Run    *run     `json:"run,omitempty"`    // the handling that the last word of its unit ended
	Closed *closing `json:"closed,omitempty"` // while it is closed

	Still *standstill `json:"still,omitempty"` // the last suspension
}

// asked is a request, and who said yes so far.
type asked struct {
	By     who       `json:"by"`
	At     time.Time `json:"at"`
	Margin *int64    `json:"margin,omitempty"` // microseconds that the nearest clock had left; none: none ran
	Yes    []who     `json:"yes,omitempty"`
}

// A run is one handling, from when it was given to a unit to the unit's last word.
type run struct {
	Clock deadline.Deadline `json:"clock"`
	At    time.Time         `json:"at"`
	Unit  string            `json:"unit"`
	By    who               `json:"by"`
}

// A closing is the last close.
type closing struct {
	At  time.Time `json:"at"`
	Run *run      `json:"run,omitempty"`
}

// A standstill is one suspension.
type standstill struct {
	At      time.Time            `json:"at"`
	Until   time.Time            `json:"until"`
	Code    incident.SuspendCode `json:"code,omitempty"`
	Reason  string               `json:"reason"`
	By      who                  `json:"by"` // who asked for it
	AskedAt *time.Time           `json:"asked_at,omitempty"`
	Yes     []who                `json:"yes"`
}

// incident folds one fact of an incident.
func (d *desk) incident(s casefile.Step) error {
	m, err := d.memo(s.After.ID)
	if err != nil {
		return err
	}
	d.touched[s.After.ID] = true
	by, at := whoOf(incident.FactOf(s.Event).By), s.Record.At.UTC()
	if a := actOf(s, m); a != nil {
		if err := d.act(s, *a); err != nil {
			return err
		}
	}
	if err := d.stock(s, m); err != nil {
		return err
	}
	switch e := s.Event.(type) {
	case incident.Filed:
		m.Parts, m.Run = nil, nil
	case incident.Dispatched, incident.Transferred, incident.Delegated, incident.CoordinationConcluded:
		m.Run = nil
		m.takes(Dispatching, by)
	case incident.Handled:
		m.takes(Handling, by)
		switch {
		case e.OnTheSpot:
			m.Run = nil
		case m.Run == nil:
			m.Run = &run{s.Before.StageClock, at, e.Unit, by}
		default: // after a failed check the same handling goes on
			m.Run.At, m.Run.Unit, m.Run.By = at, e.Unit, by
		}
	case incident.Passed, incident.Failed:
		m.takes(Checking, by)
	case incident.Closed:
		m.takes(Closing, by)
		m.Closed = &closing{at, m.Run}
		err = d.doubles(s, m)
	case incident.Reopened:
		err = d.comesBack(s.After.ID, m, back{Position: int64(s.Record.Position), At: at, Back: BackReopened, Reason: e.Reason})
		m.again()
	case incident.SpotChecked:
		if !e.Genuine {
			err = d.comesBack(s.After.ID, m, back{Position: int64(s.Record.Position), At: at, Back: BackSpotCheck, Reason: e.Reason})
		}
		if e.Again != nil {
			m.again()
		}
	case incident.Recurred:
		var earlier *memo
		if earlier, err = d.memo(e.Of); err == nil {
			err = d.comesBack(e.Of, earlier, back{
				Position: int64(s.Record.Position), At: at, Back: BackRecurrence, Other: &casefile.Link{ID: s.After.ID, Number: s.After.Number},
			})
		}
	case incident.ExtensionRequested:
		m.asks(incident.ExtensionRequest, by, at, s.Before)
	case incident.SuspensionRequested:
		m.asks(incident.SuspensionRequest, by, at, s.Before)
	case incident.ReturnRequested:
		m.asks(incident.ReturnRequest, by, at, s.Before)
	case incident.Endorsed:
		if a := m.Asked[e.Request]; a != nil {
			a.Yes = append(a.Yes, by)
		}
	case incident.ExtensionGranted, incident.ExtensionRefused:
		delete(m.Asked, incident.ExtensionRequest)
	case incident.SuspensionGranted, incident.SuspensionRefused:
		delete(m.Asked, incident.SuspensionRequest)
	case incident.Returned, incident.ReturnRefused:
		delete(m.Asked, incident.ReturnRequest)
	case incident.CallerViewed:
		err = d.viewed(OfIncident, s.After.ID, int64(s.Record.Position), at, by, e.Reason)
	default:
	}
	return err
}

// takes notes that somebody had a part. The program has none.
func (m *memo) takes(p Part, by who) {
	if by.Person == incident.Workflow.Person || by.Person == "" || slices.Contains(m.Parts[p], by) {
		return
	}
	if m.Parts == nil {
		m.Parts = map[Part][]who{}
	}
	m.Parts[p] = append(m.Parts[p], by)
}

// again says that it is no longer closed.
func (m *memo) again() { m.Parts, m.Run, m.Closed = nil, nil, nil }

func (m *memo) asks(kind incident.RequestKind, by who, at time.Time, before casefile.File) {
	a := &asked{By: by, At: at}
	if n, ok := nearest(before, at); ok && !n.red {
		a.Margin = new(n.margin.Microseconds())
	}
	if m.Asked == nil {
		m.Asked = map[incident.RequestKind]*asked{}
	}
	m.Asked[kind] = a
}

// stock keeps the row of an incident that stands still. One that was merged away stands
// nowhere, and stands still again when that is undone.
func (d *desk) stock(s casefile.Step, m *memo) error {
	if e, granted := s.Event.(incident.SuspensionGranted); granted {
		m.Still = &standstill{At: s.Record.At.UTC(), Until: e.Until.UTC(), Code: e.Code, Reason: e.Reason}
		if a := m.Asked[incident.SuspensionRequest]; a != nil {
			m.Still.By, m.Still.AskedAt, m.Still.Yes = a.By, &a.At, slices.Clone(a.Yes)
		}
		m.Still.Yes = append(m.Still.Yes, whoOf(e.By))
	}
	switch was, is := s.Before.Suspended, s.After.Suspended; {
	case was && !is:
		_, err := d.tx.ExecContext(d.ctx, `DELETE FROM reports_stock WHERE id = $1`, s.After.ID)
		return err
	case is && !was && m.Still != nil:
		return d.put(`INSERT INTO reports_stock (id, since, data) VALUES ($1, $2, $3)`, m.Still, s.After.ID, m.Still.At.UnixMicro())
	}
	return nil
}
