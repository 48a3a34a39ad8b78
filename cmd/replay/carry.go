package replay

import (
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/workflow"
)

// Person is the prefix of the system people who carry rows. None can log in.
const Person = "system:replay:"

// A Carrier knows what a system person does next with a row's incident. It is a
// pure function of the row and the incident's state.
type Carrier struct {
	Ref     reference.Source
	Grid    basegrid.Source
	Source  incident.Source
	Mapping string // name of the external system in facts
	Flags   []incident.Flag
}

// key is what a row is known by: its source and the number it has there. A row that
// was replayed is not imported again, nor the other way round.
func (c Carrier) key(row Row) eventstore.Key {
	return eventstore.Key{Scope: "row:" + string(c.Source), ID: row.ExternalID}
}

// Report returns the command that opens a row's incident.
func (c Carrier) Report(row Row, number string) incident.Report {
	r := incident.Report{
		Number: number, Source: c.Source, Matter: row.Matter, Description: row.Description, Severity: incident.Normal,
		Location:   incident.Location{Address: row.Address},
		OccurredAt: row.Reported,
		External:   &incident.External{System: c.Mapping, ID: row.ExternalID},
		DueAt:      row.Due,
		Flags:      append(append([]incident.Flag{}, row.Flags...), c.Flags...),
	}
	if row.Point != nil {
		p := *row.Point
		r.Location.Point, r.Location.CRS = &p, "wgs84"
		grid := c.Grid.At(row.Reported)
		if cell, ok := grid.Locate(p); ok {
			r.Place = jurisdiction.Place{
				Grid: cell.Code, GridVersion: grid.Version(), Community: cell.Community, Street: cell.Street, District: cell.District,
			}
		}
	}
	r.Routing = c.Ref.At(row.Reported).Book.Route(jurisdiction.Question{
		Source: string(c.Source), Matter: row.Matter, Severity: string(r.Severity), Place: r.Place,
	})
	return r
}

// Next returns what brings an incident nearer to handling; false when it is there,
// or has ended. With dispatch false it stops before dispatching, which is then
// the workflow's to do.
func (c Carrier) Next(row Row, s incident.State, at time.Time, number string, dispatch bool) (workflow.Move, bool) {
	move := func(post string, cmd incident.Command) (workflow.Move, bool) {
		return workflow.Move{Command: cmd, By: c.actor(at, s.Holder, post), At: at}, true
	}
	switch {
	case s.Status == "":
		return workflow.Move{Command: c.Report(row, number), By: c.actor(at, c.Ref.At(at).Book.District(), "desk"), At: at}, true
	case s.Stage == incident.Verifying:
		return move("inspector", incident.Confirm{})
	case s.Stage == incident.Intake:
		file := incident.File{Matter: row.Matter, Severity: incident.Normal}
		if criteria := c.Ref.At(at).Matters.CriteriaOf(row.Matter); len(criteria) > 0 {
			file.Criterion = criteria[0].ID
		} else {
			standIn := c.Ref.At(at).Policy.StandIn
			file.StandIn = &standIn
		}
		return move("desk", file)
	case s.Stage == incident.Dispatching && dispatch:
		candidates := c.Ref.At(at).Book.Candidates(s.Matter, s.Place, s.Holder)
		if len(candidates) == 0 {
			return move("desk", incident.Escalate{Code: incident.BeyondPower, Reason: "本级没有可以承办的单位。"})
		}
		best := candidates[0]
		return move("desk", incident.Dispatch{Unit: best.Unit, Reason: best.Reason, Basis: incident.Basis{
			PolicyVersion: c.Ref.At(at).Policy.Version, Row: best.Row, Ruling: best.Ruling, Reason: best.Reason,
		}})
	}
	return workflow.Move{}, false
}

// Finish returns what brings an incident nearer to its end; false when it ended.
func (c Carrier) Finish(row Row, s incident.State, at time.Time, number string) (workflow.Move, bool) {
	switch s.Stage {
	case incident.Handling:
		return workflow.Move{Command: incident.Handle{Result: "已办结（原系统记录）。"}, By: c.actor(at, s.Holder, "handler"), At: at}, true
	case incident.Checking:
		return workflow.Move{Command: incident.Pass{}, By: c.actor(at, s.Holder, "inspector"), At: at}, true
	case incident.Closing:
		return workflow.Move{Command: incident.Close{ClosingConditionMet: true}, By: c.actor(at, s.Holder, "desk"), At: at}, true
	default:
		return c.Next(row, s, at, number, true)
	}
}

// actor is the system person at a post of a unit; posts are different people, so
// that nobody checks what they handled.
func (c Carrier) actor(at time.Time, unit, post string) incident.Actor {
	u, _ := c.Ref.At(at).Book.Unit(unit)
	role := u.Staff()
	if u.Kind == jurisdiction.Station && post == "inspector" {
		role = jurisdiction.Inspector
	}
	return incident.Actor{Person: Person + unit + ":" + post, Unit: unit, Role: role, Name: u.Name}
}
