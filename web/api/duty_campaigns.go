package api

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"gridcommand/domain/campaign"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
	"gridcommand/workflow"
)

// campaignKind joins the rules of campaigns to the ledger.
var campaignKind = workflow.Kind[campaign.Order, campaign.Event, campaign.State]{
	Category: campaign.Category, Rules: campaign.Decider, Encode: campaign.Encode, Decode: campaign.Decode,
	At: func(e campaign.Event) time.Time { return campaign.FactOf(e).At },
}

// launchers are the roles that launch and end campaigns.
func launchers(r jurisdiction.Role) bool {
	return r == jurisdiction.StreetDesk || r == jurisdiction.DistrictDesk
}

// A NewCampaign has one thing looked at in every grid of an area.
type NewCampaign struct {
	Title  string     `json:"title" minLength:"1" maxLength:"100" pattern:"\\S" patternDescription:"not blank"`
	Matter *MatterKey `json:"matter,omitempty"`
	Area   []string   `json:"area" minItems:"1" maxItems:"400" pattern:"^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})$" patternDescription:"codes of the district, streets, communities or grids"`
	From   *time.Time `json:"from,omitempty" doc:"now unless said"`
	Until  time.Time  `json:"until"`
	LookAt string     `json:"look_at" minLength:"1" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
}

// A CampaignProgress is how far a unit has come.
type CampaignProgress struct {
	Unit  string `json:"unit"`
	Name  string `json:"name"`
	Done  int    `json:"done"`
	Grids int    `json:"grids"`
	Found int    `json:"found" doc:"incidents reported"`
}

// A Campaign is a special action.
type Campaign struct {
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Matter   *casefile.Matter `json:"matter"`
	Area     []string         `json:"area"`
	Desk     DeskRef          `json:"desk" doc:"that launched it"`
	From     time.Time        `json:"from"`
	Until    time.Time        `json:"until"`
	LookAt   string           `json:"look_at"`
	Status   campaign.Status  `json:"status"`
	EndedAt  *time.Time       `json:"ended_at" doc:"null: not ended by hand"`
	Launched time.Time        `json:"launched_at"`
	Progress CampaignProgress `json:"progress" doc:"of what the caller sees of it"`
}

// A CampaignGrid is one grid of a campaign, with its last answer.
type CampaignGrid struct {
	Grid      string     `json:"grid"`
	Name      string     `json:"name"`
	Community string     `json:"community"`
	Street    string     `json:"street"`
	Done      bool       `json:"done"`
	At        *time.Time `json:"at"`
	By        string     `json:"by" doc:"account; empty: not done"`
	Incidents []string   `json:"incidents" doc:"reported there; none: nothing was found"`
	Note      string     `json:"note"`
	Photos    []string   `json:"photos"`
}

// A CampaignDetail is a campaign with its grids.
type CampaignDetail struct {
	Campaign
	EndReason string             `json:"end_reason"`
	Units     []CampaignProgress `json:"units" doc:"by community"`
	Streets   []CampaignProgress `json:"streets"`
	Grids     []CampaignGrid     `json:"grids"`
	MayEnd    bool               `json:"may_end" doc:"the caller may end it now"`
	Position  int64              `json:"position"`
	Version   int64              `json:"version"`
}

// A CampaignList is the campaigns that touch the caller's area, the last launched first.
type CampaignList struct {
	Items    []Campaign `json:"items"`
	Position int64      `json:"position"`
}

// campaignArea is what of a campaign a person sees: their own area, the whole for the
// supervisor. Offices, hotline, screen and administrator see none.
func (s *server) campaignArea(p jurisdiction.Person) (string, bool) {
	book := s.reference().Book
	if p.Role == jurisdiction.Supervisor {
		return book.District(), true
	}
	unit, known := book.Unit(p.Unit)
	return unit.Area, known && watchers(p.Role)
}

func (s *server) shownCampaign(id string, l campaign.Launched, status campaign.Status) Campaign {
	ref := s.reference()
	desk, _ := ref.Book.Unit(l.Desk)
	out := Campaign{
		ID: id, Title: l.Title, Area: l.Area, Desk: DeskRef{desk.Code, desk.Name, desk.Tier}, From: l.From, Until: l.Until,
		LookAt: l.LookAt, Status: status, Launched: l.At,
	}
	if !l.Matter.IsZero() {
		m := named(ref.Matters, l.Matter)
		out.Matter = &m
	}
	return out
}

func (s *server) unitName(code string) string {
	u, _ := s.reference().Book.Unit(code)
	return u.Name
}

type campaignsQuery struct {
	FromView
	Status []campaign.Status `query:"status"`
}

func (s *server) campaigns(ctx context.Context, r *Request, q campaignsQuery) (CampaignList, error) {
	if err := s.await(ctx, s.Duty.Name(), q.MinPosition); err != nil {
		return CampaignList{}, err
	}
	area, _ := s.campaignArea(r.Person)
	all, stand, err := s.Duty.Campaigns(ctx, area, r.Person.Unit)
	if err != nil {
		return CampaignList{}, err
	}
	out := CampaignList{Items: []Campaign{}, Position: int64(stand.Position)}
	for _, c := range all {
		status := c.StatusAt(s.Now())
		if len(q.Status) > 0 && !slices.Contains(q.Status, status) {
			continue
		}
		shown := s.shownCampaign(c.ID, c.Launched, status)
		shown.Progress = CampaignProgress{Unit: area, Name: s.unitName(area), Done: c.Done, Grids: c.Grids, Found: c.Found}
		if !c.Ended.IsZero() {
			shown.EndedAt = &c.Ended
		}
		out.Items = append(out.Items, shown)
	}
	return out, nil
}

// thereCampaign: a campaign is there for those in whose area it has a grid, and for the
// desk that launched it.
func (s *server) thereCampaign(ctx context.Context, r *Request) error {
	id := r.PathValue("id")
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
		return notFound()
	}
	area, some := s.campaignArea(r.Person)
	if !some {
		return notFound()
	}
	state, _, err := campaignKind.Read(ctx, s.Ledger, id)
	if err != nil {
		return err
	}
	if state.Launched == nil {
		return notFound()
	}
	touches := func(c campaign.Cell) bool { return strings.HasPrefix(c.Grid, area) }
	if state.Launched.Desk != r.Person.Unit && !slices.ContainsFunc(state.Launched.Cells, touches) {
		return notFound()
	}
	if grid := r.PathValue("grid"); grid != "" && !slices.ContainsFunc(state.Launched.Cells, func(c campaign.Cell) bool { return c.Grid == grid && touches(c) }) {
		return notFound()
	}
	return nil
}

// detail is a campaign as a person sees it: the grids of their area.
func (s *server) detail(r *Request, id string, g workflow.Given[campaign.State]) CampaignDetail {
	area, _ := s.campaignArea(r.Person)
	state, now := g.State, s.Now()
	out := CampaignDetail{
		Campaign: s.shownCampaign(id, *state.Launched, state.StatusAt(now)),
		Units:    []CampaignProgress{}, Streets: []CampaignProgress{}, Grids: []CampaignGrid{},
		Position: int64(g.Position), Version: g.Version,
	}
	if state.Ended != nil {
		out.EndedAt, out.EndReason = &state.Ended.At, state.Ended.Reason
	}
	out.MayEnd = out.Status != campaign.Ended && launchers(r.Person.Role) &&
		(r.Person.Unit == state.Launched.Desk || s.reference().Book.Above(r.Person.Unit, state.Launched.Desk))
	out.Progress = CampaignProgress{Unit: area, Name: s.unitName(area)}
	count := func(p *CampaignProgress, g CampaignGrid) {
		p.Grids++
		p.Found += len(g.Incidents)
		if g.Done {
			p.Done++
		}
	}
	in := func(list *[]CampaignProgress, unit string) *CampaignProgress {
		if n := len(*list); n == 0 || (*list)[n-1].Unit != unit {
			*list = append(*list, CampaignProgress{Unit: unit, Name: s.unitName(unit)})
		}
		return &(*list)[len(*list)-1]
	}
	for i, c := range state.Launched.Cells {
		if !strings.HasPrefix(c.Grid, area) {
			continue
		}
		cell, _, _ := s.grid().Cell(c.Grid)
		grid := CampaignGrid{Grid: c.Grid, Name: cell.Name, Community: c.Community, Street: c.Street, Incidents: []string{}, Photos: []string{}}
		if v := state.Visits[i]; v != nil {
			grid.Done, grid.At, grid.By, grid.Note = true, &v.At, v.By.Person, v.Note
			grid.Incidents, grid.Photos = append(grid.Incidents, v.Incidents...), append(grid.Photos, v.Photos...)
		}
		out.Grids = append(out.Grids, grid)
		count(&out.Progress, grid)
		count(in(&out.Units, c.Community), grid)
		count(in(&out.Streets, c.Street), grid)
	}
	return out
}

func (s *server) campaign(ctx context.Context, r *Request, _ none) (CampaignDetail, error) {
	id := r.PathValue("id")
	state, records, err := campaignKind.Read(ctx, s.Ledger, id)
	if err != nil {
		return CampaignDetail{}, err
	}
	g := workflow.Given[campaign.State]{State: state, Version: int64(len(records)), Position: records[len(records)-1].Position}
	return s.detail(r, id, g), nil
}

// cellsOf are the grids of an area, each once, and what is no area at all.
func (s *server) cellsOf(area []string) ([]campaign.Cell, []FieldError) {
	var cells []campaign.Cell
	var faults []FieldError
	all := s.grid().Cells()
	for i, code := range area {
		found := false
		for _, c := range all {
			if strings.HasPrefix(c.Code, code) {
				found = true
				cells = append(cells, campaign.Cell{Grid: c.Code, Community: c.Community, Street: c.Street})
			}
		}
		if !found {
			faults = append(faults, FieldError{Pointer: "/area/" + strconv.Itoa(i), Detail: "is no area of this district", Code: "no_such_area"})
		}
	}
	return cells, faults
}

func (s *server) launchCampaign(ctx context.Context, r *Request, body NewCampaign) (CampaignDetail, error) {
	c := campaign.Launch{Title: body.Title, Area: body.Area, Until: body.Until, LookAt: body.LookAt}
	var faults []FieldError
	c.Cells, faults = s.cellsOf(body.Area)
	if body.Matter != nil {
		c.Matter = body.Matter.key()
		faults = append(faults, s.judgeCriterion(&c.Matter, "")...)
	}
	if len(faults) > 0 {
		return CampaignDetail{}, invalid(faults...)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return CampaignDetail{}, err
	}
	result, known, err := s.lookup(ctx, r.Key)
	if err != nil {
		return CampaignDetail{}, err
	}
	name := id.String()
	if known {
		name = result.Stream.ID() // the first answer's
	}
	given, err := workflow.Give(ctx, s.Workflow, campaignKind, name, r.Person.Name, func(_ campaign.State, at time.Time) campaign.Order {
		launch := c
		if launch.From = at; body.From != nil {
			launch.From = *body.From
		}
		return campaign.Order{At: at, By: s.actor(r.Person), Book: s.Reference.At(at).Book, Command: launch}
	}, workflow.Options{Key: r.Key, Correlation: r.ID})
	if err != nil {
		return CampaignDetail{}, err
	}
	s.noteReplay(r, given.Replayed)
	r.header.Set("Location", prefix+"/campaigns/"+name)
	return s.detail(r, name, given), nil
}

// A CampaignVisit answers for one grid.
type CampaignVisit struct {
	Incidents []string `json:"incidents,omitempty" maxItems:"50" pattern:"^[0-9a-f-]{36}$" patternDescription:"ids of incidents" doc:"reported there; none: nothing was found"`
	Note      string   `json:"note,omitempty" maxLength:"1000"`
	Photos    []string `json:"photos,omitempty" maxItems:"20" pattern:"^[0-9a-f]{64}$"`
}

func (s *server) visitGrid(ctx context.Context, r *Request, body CampaignVisit) (CampaignDetail, error) {
	faults, err := s.judgePhotos(ctx, r, "/photos", body.Photos)
	if err != nil {
		return CampaignDetail{}, err
	}
	for i, id := range body.Incidents {
		if _, err := s.find(ctx, r.Person, id); err != nil {
			if p := problemOf(err); p == nil || p.Code != "not_found" {
				return CampaignDetail{}, err
			}
			faults = append(faults, FieldError{Pointer: "/incidents/" + strconv.Itoa(i), Detail: "is no incident that you can see", Code: "no_such_incident"})
		}
	}
	if len(faults) > 0 {
		return CampaignDetail{}, invalid(faults...)
	}
	id := r.PathValue("id")
	if err := s.photos.use(ctx, id, body.Photos); err != nil {
		return CampaignDetail{}, err
	}
	return s.giveCampaign(ctx, r, campaign.Visit{
		Grid: r.PathValue("grid"), Incidents: body.Incidents, Note: body.Note, Photos: body.Photos,
	})
}

// A CampaignEnd says why a campaign ends before its time.
type CampaignEnd struct {
	Reason string `json:"reason,omitempty" maxLength:"1000"`
}

func (s *server) endCampaign(ctx context.Context, r *Request, body CampaignEnd) (CampaignDetail, error) {
	return s.giveCampaign(ctx, r, campaign.End{Reason: body.Reason})
}

func (s *server) giveCampaign(ctx context.Context, r *Request, c campaign.Command) (CampaignDetail, error) {
	id := r.PathValue("id")
	given, err := workflow.Give(ctx, s.Workflow, campaignKind, id, r.Person.Name, func(_ campaign.State, at time.Time) campaign.Order {
		return campaign.Order{At: at, By: s.actor(r.Person), Grids: r.Person.Grids, Book: s.Reference.At(at).Book, Command: c}
	}, workflow.Options{Key: r.Key, Correlation: r.ID})
	if err != nil {
		return CampaignDetail{}, err
	}
	s.noteReplay(r, given.Replayed)
	return s.detail(r, id, given), nil
}

// namedByCampaign tells whether a campaign that a person sees names a photo.
func (s *server) namedByCampaign(ctx context.Context, p jurisdiction.Person, id, photo string) (bool, error) {
	area, some := s.campaignArea(p)
	if !some {
		return false, nil
	}
	state, _, err := campaignKind.Read(ctx, s.Ledger, id)
	if err != nil {
		return false, err
	}
	for _, v := range state.Visits {
		if v != nil && strings.HasPrefix(v.Grid, area) && slices.Contains(v.Photos, photo) {
			return true, nil
		}
	}
	return false, nil
}
