package api

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	geodistance "github.com/paulmach/orb/geo"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/geo"
	"gridcommand/geo/basegrid"
	"gridcommand/projections/casefile"
	"gridcommand/workflow"
)

const (
	// skew is how far a device's clock may be ahead of ours.
	skew = 5 * time.Minute
	// oldest is how long ago something may have happened that is reported now.
	oldest = 3 * 365 * 24 * time.Hour
	// sentLaterAfter is how long a report may lie on a device before it counts as sent later.
	sentLaterAfter = 10 * time.Minute
	// doubtMeters is the accuracy beyond which a place is in doubt: half the width of a grid.
	doubtMeters = 400
)

// A MatterKey says which matter is meant. A name may come with it and is ignored.
type MatterKey struct {
	Scheme string `json:"scheme" minLength:"1" maxLength:"64"`
	Kind   string `json:"kind" enum:"matter,component"`
	Code   string `json:"code" minLength:"1" maxLength:"32"`
	Name   string `json:"name,omitempty" maxLength:"200"`
}

func (k MatterKey) key() catalogue.Key {
	return catalogue.Key{Scheme: k.Scheme, Kind: k.Kind, Code: k.Code}
}

// A Place is where something is, in the system it was measured in.
type Place struct {
	Lng       float64 `json:"lng"`
	Lat       float64 `json:"lat"`
	CRS       string  `json:"crs" enum:"wgs84,gcj02,bd09,cgcs2000"`
	AccuracyM float64 `json:"accuracy_m,omitempty" minimum:"0" maximum:"100000"`
	Address   string  `json:"address,omitempty" maxLength:"200" pattern:"^[^\\r\\n\\t]*$" patternDescription:"one line"`
	Pinned    bool    `json:"pinned,omitempty" doc:"set by hand on a map"`
}

// A ReportingCitizen is who called. Name and phone are kept encrypted, apart from the facts.
type ReportingCitizen struct {
	Name         string `json:"name,omitempty" maxLength:"50" pattern:"^[^\\r\\n\\t]*$" patternDescription:"one line"`
	Phone        string `json:"phone,omitempty" maxLength:"20" pattern:"^([0-9+][0-9 -]{2,19})?$" patternDescription:"a phone number"`
	Confidential bool   `json:"confidential,omitempty"`
}

// An ExternalNumber is the number another system gave it.
type ExternalNumber struct {
	System string `json:"system" minLength:"1" maxLength:"64" pattern:"^[^\\r\\n\\t]*$" patternDescription:"one line"`
	ID     string `json:"id" minLength:"1" maxLength:"128" pattern:"^[^\\r\\n\\t]*$" patternDescription:"one line"`
}

// A NewReport opens an incident.
type NewReport struct {
	Source      incident.Source   `json:"source" doc:"one that the caller's role may give"`
	Matter      *MatterKey        `json:"matter,omitempty"`
	Criterion   string            `json:"criterion,omitempty" maxLength:"128"`
	Description string            `json:"description" minLength:"1" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
	Severity    incident.Severity `json:"severity,omitempty"`
	Location    Place             `json:"location"`
	OccurredAt  *time.Time        `json:"occurred_at,omitempty"`
	CapturedAt  *time.Time        `json:"captured_at,omitempty" doc:"by the device's clock; not judged"`
	Photos      []string          `json:"photos,omitempty" maxItems:"20" pattern:"^[0-9a-f]{64}$"`
	PhotosAfter []string          `json:"photos_after,omitempty" maxItems:"20" pattern:"^[0-9a-f]{64}$" doc:"with handled_on_the_spot: photos are those before"`
	Concerns    string            `json:"concerns,omitempty" maxLength:"64" doc:"unit that it, or its staff, is about; it is kept from them"`
	Reporter    *ReportingCitizen `json:"reporter,omitempty"`
	OnTheSpot   bool              `json:"handled_on_the_spot,omitempty"`
	External    *ExternalNumber   `json:"external,omitempty"`
}

// reporters are the roles that may give a source.
func reporters(r jurisdiction.Role) bool { return len(jurisdiction.MayReport(r)) > 0 }

// reporting are the roles that add photos to something.
func reporting(r jurisdiction.Role) bool {
	return reporters(r) || incident.MayEver(r, "attach") || incident.MayEver(r, "comment")
}

func (s *server) report(ctx context.Context, r *Request, body NewReport) (casefile.File, error) {
	now := s.Now()
	report, faults, err := s.judgeReport(ctx, r, body, now)
	if err != nil {
		return casefile.File{}, err
	}
	if len(faults) > 0 {
		return casefile.File{}, invalid(faults...)
	}

	// A known key must use up no number and store no caller a second time.
	_, known, err := s.lookup(ctx, r.Key)
	if err != nil {
		return casefile.File{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return casefile.File{}, err
	}
	if !known {
		if body.Reporter != nil && (body.Reporter.Name != "" || body.Reporter.Phone != "") {
			subject, err := s.Accounts.PutCaller(ctx, body.Reporter.Name, body.Reporter.Phone)
			if err != nil {
				return casefile.File{}, err
			}
			report.Reporter = &incident.Reporter{Subject: subject, Confidential: body.Reporter.Confidential}
		}
		if report.Number, err = s.Workflow.NextNumber(ctx, now); err != nil {
			return casefile.File{}, err
		}
		if err := s.photos.use(ctx, id.String(), slices.Concat(body.Photos, body.PhotosAfter)); err != nil {
			return casefile.File{}, err
		}
	}
	out, err := s.Workflow.Do(ctx, id.String(), report, s.actor(r.Person), workflow.Options{
		Key: r.Key, At: now, Correlation: r.ID, Posts: r.Person.Posts,
	})
	if _, refused := domain.AsRefusal(err); (refused || out.Replayed) && report.Reporter != nil {
		// Nothing names this caller.
		if err := s.Accounts.EraseCaller(ctx, report.Reporter.Subject); err != nil {
			return casefile.File{}, err
		}
	}
	if err != nil {
		return casefile.File{}, err
	}
	file, err := s.written(ctx, r, out)
	if err != nil {
		return casefile.File{}, err
	}
	file.Position = int64(out.Position) // of this write; a replay says where it landed then
	r.header.Set("Location", prefix+"/incidents/"+out.ID)
	return file, nil
}

// judgeReport turns a body into a command, with everything that is wrong with it.
func (s *server) judgeReport(ctx context.Context, r *Request, body NewReport, now time.Time) (incident.Report, []FieldError, error) {
	var faults []FieldError
	fault := func(pointer, detail string) { faults = append(faults, FieldError{Pointer: pointer, Detail: detail}) }

	if !slices.Contains(jurisdiction.MayReport(r.Person.Role), string(body.Source)) {
		fault("/source", "is not one that your role may give")
	}
	report := incident.Report{
		Extra: incident.Extra{Photos: body.Photos}, Source: body.Source, Criterion: body.Criterion,
		Description: body.Description, Severity: body.Severity, OnTheSpot: body.OnTheSpot, After: body.PhotosAfter,
		Concerns: body.Concerns,
	}
	if body.Matter != nil {
		report.Matter = body.Matter.key()
	}
	faults = append(faults, s.judgeCriterion(&report.Matter, body.Criterion)...)

	point, found := toWGS84(orb.Point{body.Location.Lng, body.Location.Lat}, body.Location.CRS)
	faults = append(faults, under("/location", found)...)
	report.Location = incident.Location{
		Point: &point, CRS: body.Location.CRS, AccuracyM: body.Location.AccuracyM,
		Address: body.Location.Address, Pinned: body.Location.Pinned,
	}
	if len(found) == 0 {
		report.Place = s.place(point)
	}
	if body.Location.Pinned {
		report.Flags = append(report.Flags, incident.Pinned)
	} else if body.Location.AccuracyM > doubtMeters {
		report.Flags = append(report.Flags, incident.PlaceInDoubt)
	}

	if at := body.OccurredAt; at != nil {
		switch {
		case at.After(now.Add(skew)):
			fault("/occurred_at", "lies in the future")
		case at.Before(now.Add(-oldest)):
			fault("/occurred_at", "lies more than three years back")
		case at.After(now):
			report.OccurredAt = now
		default:
			report.OccurredAt = *at
		}
	}
	if at := body.CapturedAt; at != nil {
		if !inCalendar(*at) {
			fault("/captured_at", "is no time that a device could have shown")
		}
		report.CapturedAt = at
		if s.Wall().Sub(*at) > sentLaterAfter {
			report.Flags = append(report.Flags, incident.SentLater)
		}
	}
	if body.Reporter != nil && body.Reporter.Confidential {
		report.Flags = append(report.Flags, incident.Confidential)
	}
	if body.External != nil {
		report.External = &incident.External{System: body.External.System, ID: body.External.ID}
	}
	if body.Concerns != "" {
		faults = append(faults, s.judgeUnit("/concerns", body.Concerns)...)
	}
	if len(body.PhotosAfter) > 0 && !body.OnTheSpot {
		fault("/photos_after", "come with handled_on_the_spot only")
	}
	before, err := s.judgePhotos(ctx, r, "/photos", body.Photos)
	if err != nil {
		return incident.Report{}, nil, err
	}
	after, err := s.judgePhotos(ctx, r, "/photos_after", body.PhotosAfter)
	if err != nil {
		return incident.Report{}, nil, err
	}
	faults = slices.Concat(faults, before, after)
	if report.Fresh, err = s.fresh(ctx, r, slices.Concat(body.Photos, body.PhotosAfter), point); err != nil {
		return incident.Report{}, nil, err
	}
	report.Routing = s.reference().Book.Route(jurisdiction.Question{
		Source: string(report.Source), Matter: report.Matter, Criterion: report.Criterion,
		Severity: string(report.Severity), Place: report.Place,
	})
	return report, faults, nil
}

// fresh tells whether one of the photos was taken there and then, by what the pictures
// said when the reporter uploaded them. Devices know wall time.
func (s *server) fresh(ctx context.Context, r *Request, photos []string, place orb.Point) (bool, error) {
	policy, now := s.reference().Policy, s.Wall()
	for _, id := range photos {
		taken, err := s.photos.taken(ctx, id, r.Person.Name)
		if err != nil {
			return false, err
		}
		if taken.at == nil || taken.point == nil {
			continue
		}
		then := !taken.at.Before(now.Add(-policy.FreshWithin)) && !taken.at.After(now.Add(skew))
		if then && geodistance.Distance(*taken.point, place) <= policy.FreshMeters {
			return true, nil
		}
	}
	return false, nil
}

// judgeCriterion says what is wrong with a matter and its criterion. A criterion alone
// tells the matter.
func (s *server) judgeCriterion(matter *catalogue.Key, criterion string) []FieldError {
	var faults []FieldError
	if !matter.IsZero() {
		key, ok := s.reference().Matters.Resolve(*matter) // an older scheme's number means today's key
		if *matter = key; !ok {
			faults = append(faults, FieldError{Pointer: "/matter", Detail: "is not in the catalogue"})
		}
	}
	if criterion == "" {
		return faults
	}
	c, ok := s.reference().Matters.Criterion(criterion)
	switch {
	case !ok:
		faults = append(faults, FieldError{Pointer: "/criterion", Detail: "is not in the catalogue"})
	case matter.IsZero():
		*matter = c.Matter
	case c.Matter != *matter:
		faults = append(faults, FieldError{Pointer: "/criterion", Detail: "is another matter's"})
	}
	return faults
}

// China as far as an incident here could ever have been: a box that holds the country.
const westmost, southmost, eastmost, northmost = 73.4, 3.8, 135.1, 53.6

// toWGS84 converts a point, or says why it can't be one of ours.
func toWGS84(p orb.Point, crs string) (orb.Point, []FieldError) {
	inBox := func(lon, lat float64) bool {
		return lon >= westmost && lon <= eastmost && lat >= southmost && lat <= northmost
	}
	from, err := geo.ParseCRS(crs)
	if err != nil {
		return p, []FieldError{{Pointer: "/crs", Detail: "is not wgs84, gcj02, bd09 or cgcs2000"}}
	}
	switch lon, lat := p[0], p[1]; {
	case math.IsNaN(lon) || math.IsInf(lon, 0):
		return p, []FieldError{{Pointer: "/lng", Detail: "is not a number"}}
	case math.IsNaN(lat) || math.IsInf(lat, 0):
		return p, []FieldError{{Pointer: "/lat", Detail: "is not a number"}}
	case !inBox(lon, lat) && inBox(lat, lon):
		return p, []FieldError{
			{Pointer: "/lng", Detail: "looks like a latitude: lng and lat are swapped", Code: "swapped"},
			{Pointer: "/lat", Detail: "looks like a longitude: lng and lat are swapped", Code: "swapped"},
		}
	case math.Abs(lon) > 180:
		return p, []FieldError{{Pointer: "/lng", Detail: "is not a longitude"}}
	case math.Abs(lat) > 90:
		return p, []FieldError{{Pointer: "/lat", Detail: "is not a latitude"}}
	case lon < westmost || lon > eastmost:
		return p, []FieldError{{Pointer: "/lng", Detail: "lies outside China", Code: "outside_china"}}
	case lat < southmost || lat > northmost:
		return p, []FieldError{{Pointer: "/lat", Detail: "lies outside China", Code: "outside_china"}}
	}
	return geo.ToWGS84(p, from), nil
}

// under moves pointers into a part of the body.
func under(pointer string, faults []FieldError) []FieldError {
	for i := range faults {
		faults[i].Pointer = pointer + faults[i].Pointer
	}
	return faults
}

// place is the cell that owns a point now; the zero place lies outside every grid.
func (s *server) place(p orb.Point) jurisdiction.Place { return placeIn(s.grid(), p) }

func placeIn(grid *basegrid.Grid, p orb.Point) jurisdiction.Place {
	cell, ok := grid.Locate(p)
	if !ok {
		return jurisdiction.Place{}
	}
	return jurisdiction.Place{
		Grid: cell.Code, GridVersion: grid.Version(), Community: cell.Community, Street: cell.Street, District: cell.District,
	}
}

// lookup finds the first answer to a key.
func (s *server) lookup(ctx context.Context, k eventstore.Key) (eventstore.Result, bool, error) {
	if k.IsZero() {
		return eventstore.Result{}, false, nil
	}
	return s.Ledger.Lookup(ctx, k)
}

// written returns the incident after a write, for whoever wrote.
func (s *server) written(ctx context.Context, r *Request, out workflow.Outcome) (casefile.File, error) {
	file, err := s.Folder.Fold(out.Records)
	if err != nil {
		return casefile.File{}, err
	}
	if out.Replayed {
		if !s.visible(r.Person, file) {
			return casefile.File{}, notFound()
		}
		r.header.Set("Idempotent-Replay", "true")
	}
	state, err := stateOf(out.Records)
	if err != nil {
		return casefile.File{}, err
	}
	return s.shown(ctx, r.Person, file, &state)
}

// stateOf is the incident as the rules see it after its facts.
func stateOf(records []eventstore.Record) (incident.State, error) {
	var state incident.State
	for _, r := range records {
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			return incident.State{}, fmt.Errorf("api: fact %d: %w", r.Position, err)
		}
		state = incident.Evolve(state, e)
	}
	return state, nil
}

// shown is an incident as a person may see it: the caller masked, and, where the state
// is given, with the commands that this person may give now.
func (s *server) shown(ctx context.Context, p jurisdiction.Person, f casefile.File, state *incident.State) (casefile.File, error) {
	shown, err := s.shownAll(ctx, []casefile.File{f})
	if err != nil {
		return casefile.File{}, err
	}
	f = shown[0]
	if state != nil {
		order := s.Workflow.Order(s.Now(), s.actor(p))
		order.Posts = p.Posts
		f.Allowed = incident.Allowed(*state, order)
	}
	return f, nil
}

// shownAll is many incidents as anybody may see them who may see them at all, with their
// callers read at once.
func (s *server) shownAll(ctx context.Context, files []casefile.File) ([]casefile.File, error) {
	var subjects []string
	for _, f := range files {
		if f.Reporter != nil && !f.Reporter.Confidential {
			subjects = append(subjects, f.Subject)
		}
	}
	callers, err := s.Accounts.Callers(ctx, subjects)
	if err != nil {
		return nil, err
	}
	list := make([]casefile.File, len(files))
	for i, f := range files {
		if f.Reporter != nil {
			masked := casefile.Reporter{Confidential: f.Reporter.Confidential}
			if !masked.Confidential {
				c := callers[f.Subject].Masked()
				masked.Name, masked.Phone = c.Name, c.Phone
			}
			f.Reporter = &masked
		}
		f.Allowed = nil
		if f.Flags == nil {
			f.Flags = []incident.Flag{}
		}
		if f.Photos == nil {
			f.Photos = []string{}
		}
		if f.Routing.Candidates == nil {
			f.Routing.Candidates = []jurisdiction.Candidate{}
		}
		list[i] = f
	}
	return list, nil
}

func (s *server) incident(ctx context.Context, r *Request, _ none) (casefile.File, error) {
	return s.shown(ctx, r.Person, r.Case.File, &r.Case.State)
}

// judgePhotos says which photos a person may not name: ones that are not there, and ones
// that this person can't see.
func (s *server) judgePhotos(ctx context.Context, r *Request, pointer string, ids []string) ([]FieldError, error) {
	var faults []FieldError
	for i, id := range ids {
		ok, err := s.mayName(ctx, r.Person, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			faults = append(faults, FieldError{Pointer: pointer + "/" + strconv.Itoa(i), Detail: "is no photo that you uploaded or can see", Code: "no_such_photo"})
		}
	}
	return faults, nil
}
