package api

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/campaign"
	"gridcommand/domain/incident"
	"gridcommand/domain/patrol"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
)

type tasksQuery struct {
	FromView
	Lng *float64 `query:"lng" doc:"where you are; with lat and crs"`
	Lat *float64 `query:"lat"`
	CRS string   `query:"crs" enum:"wgs84,gcj02,bd09,cgcs2000" doc:"wgs84 unless said"`
}

// A Task is something that an inspector has to go to.
type Task struct {
	ID       string            `json:"id" doc:"of the incident; of a campaign and its grid"`
	Kind     string            `json:"kind" enum:"verify,check,campaign"`
	Title    string            `json:"title" doc:"what it is about"`
	Text     string            `json:"text" doc:"description; of a campaign: what to look at"`
	Incident string            `json:"incident" doc:"id; empty: a campaign's"`
	Number   string            `json:"number"`
	Campaign string            `json:"campaign" doc:"id; empty: an incident's"`
	Grid     string            `json:"grid"`
	GridName string            `json:"grid_name"`
	Address  string            `json:"address" doc:"the landmark that the caller named"`
	Lng      *float64          `json:"lng" doc:"of a campaign: a point within the grid; null: unplaced"`
	Lat      *float64          `json:"lat"`
	Distance *int              `json:"distance_m" doc:"null: not known"`
	Severity incident.Severity `json:"severity"`
	Lamp     incident.Lamp     `json:"lamp"`
	Due      *time.Time        `json:"due"`
	Left     *int64            `json:"left_s" doc:"seconds to the limit, less than 0 past it; null: none"`
	Mine     bool              `json:"mine" doc:"given to you by name"`
	Why      string            `json:"why" doc:"why it was given to whom it was"`
	Photos   []string          `json:"photos"`
}

// A TaskList is what an inspector has to do: what breaks within the hour first, then the
// nearest, then what breaks first.
type TaskList struct {
	Items    []Task    `json:"items"`
	Position int64     `json:"position"`
	At       time.Time `json:"at" doc:"the ledger's time, by which left_s counts"`
}

// soon is when time left comes before distance (D).
const soon = time.Hour

func (s *server) tasks(ctx context.Context, r *Request, q tasksQuery) (TaskList, error) {
	here, err := hereOf(q)
	if err != nil {
		return TaskList{}, err
	}
	for _, view := range []string{"casebook", s.Duty.Name()} {
		if err := s.await(ctx, view, q.MinPosition); err != nil {
			return TaskList{}, err
		}
	}
	out := TaskList{Items: []Task{}, At: s.Now()}
	visits, position, err := s.visitTasks(ctx, r)
	if err != nil {
		return out, err
	}
	waiting, stand, err := s.Duty.Waiting(ctx, r.Person.Unit, out.At)
	if err != nil {
		return out, err
	}
	out.Position = min(position, int64(stand.Position))
	out.Items = append(out.Items, visits...)
	for _, w := range waiting {
		if len(r.Person.Grids) > 0 && !slices.Contains(r.Person.Grids, w.Grid) {
			continue
		}
		out.Items = append(out.Items, s.campaignTask(w.Campaign.ID, w.Campaign.Launched, w.Grid))
	}
	for i := range out.Items {
		t := &out.Items[i]
		if t.Due != nil {
			left := int64(t.Due.Sub(out.At).Seconds())
			t.Left = &left
		}
		if here != nil && t.Lng != nil && t.Lat != nil {
			d := int(math.Round(patrol.Distance(*here, orb.Point{*t.Lng, *t.Lat})))
			t.Distance = &d
		}
	}
	slices.SortStableFunc(out.Items, byUrgencyThenWay)
	return out, nil
}

// byUrgencyThenWay orders tasks as a list of them says.
func byUrgencyThenWay(a, b Task) int {
	pressing := func(t Task) bool { return t.Left != nil && *t.Left < int64(soon.Seconds()) }
	left := func(t Task) int64 {
		if t.Left == nil {
			return math.MaxInt64
		}
		return *t.Left
	}
	away := func(t Task) int {
		if t.Distance == nil {
			return math.MaxInt
		}
		return *t.Distance
	}
	switch pa, pb := pressing(a), pressing(b); {
	case pa && pb:
		return cmp.Compare(left(a), left(b))
	case pa:
		return -1
	case pb:
		return 1
	}
	return cmp.Or(cmp.Compare(away(a), away(b)), cmp.Compare(left(a), left(b)), cmp.Compare(a.ID, b.ID))
}

func hereOf(q tasksQuery) (*orb.Point, error) {
	switch {
	case q.Lng == nil && q.Lat == nil:
		return nil, nil
	case q.Lng == nil:
		return nil, wrong("lng", "is required with lat")
	case q.Lat == nil:
		return nil, wrong("lat", "is required with lng")
	}
	p, faults := toWGS84(orb.Point{*q.Lng, *q.Lat}, cmp.Or(q.CRS, "wgs84"))
	if len(faults) > 0 {
		return nil, wrong(faults[0].Pointer[1:], "%s", faults[0].Detail)
	}
	return &p, nil
}

// visitTasks are the incidents of the inspector's community that wait to be looked at:
// those given to them by name, and those given to nobody. What the inspector settled on
// the spot is another one's to check.
func (s *server) visitTasks(ctx context.Context, r *Request) ([]Task, int64, error) {
	var all []Task
	q := casebook.Query{
		Status: []incident.Status{incident.StatusOpen}, Stage: []incident.Stage{incident.Verifying, incident.Checking},
		Community: []string{r.Person.Unit}, Sort: "due", Limit: 500, Scope: s.scope(r.Person),
	}
	for {
		page, err := s.Casebook.List(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		for _, f := range page.Items {
			own := f.OnTheSpot && f.ReportedBy == r.Person.Name && *f.Stage == incident.Checking
			if own || f.Tasked != nil && f.Tasked.Person != r.Person.Name {
				continue
			}
			all = append(all, s.visitTask(f))
		}
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			return all, int64(page.Position), nil
		}
	}
}

// visitTask is an incident as a task. A confidential report shows its text and address on
// its own page and not in a list, to whoever goes there too.
func (s *server) visitTask(f casefile.File) Task {
	t := Task{
		ID: f.ID, Kind: "verify", Text: f.Description, Incident: f.ID, Number: f.Number, Address: f.Location.Address,
		Lng: f.Location.Lng, Lat: f.Location.Lat, Severity: f.Severity, Lamp: f.Lamp, Due: f.Due.Stage, Photos: []string{},
	}
	if *f.Stage == incident.Checking {
		t.Kind = "check"
	}
	if f.Matter != nil {
		t.Title = f.Matter.Name
	}
	if f.Grid != nil {
		cell, _, _ := s.grid().Cell(f.Grid.Code)
		t.Grid, t.GridName = f.Grid.Code, cell.Name
	}
	if f.Tasked != nil {
		t.Mine, t.Why = true, f.Tasked.Why
	}
	t.Photos = append(t.Photos, f.Photos...)
	return t
}

func (s *server) campaignTask(id string, l campaign.Launched, grid string) Task {
	cell, _, _ := s.grid().Cell(grid)
	t := Task{
		ID: id + "/" + grid, Kind: "campaign", Title: l.Title, Text: l.LookAt, Campaign: id, Grid: grid, GridName: cell.Name,
		Severity: incident.Normal, Lamp: incident.Green, Due: &l.Until, Photos: []string{},
	}
	if p, ok := s.grid().InteriorPoint(grid); ok {
		t.Lng, t.Lat = &p[0], &p[1]
	}
	return t
}
