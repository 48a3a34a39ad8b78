package api

import (
	"context"
	"slices"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/projections/casefile"
	"gridcommand/workflow"
)

// A Ruling settles who answers for a matter in an area.
type Ruling struct {
	Number    string          `json:"number"`
	Authority string          `json:"authority"`
	Matter    casefile.Matter `json:"matter"`
	Area      string          `json:"area"`
	Unit      string          `json:"unit" doc:"code, or a template: B01 is the B01 of every street"`
	UnitName  string          `json:"unit_name,omitempty"`
	Effective time.Time       `json:"effective"`
	Expires   *time.Time      `json:"expires" doc:"the first moment at which it no longer binds; null: it does not expire"`
	Basis     string          `json:"basis"`
	Incident  string          `json:"incident,omitempty" doc:"whose coordination concluded with it"`
	InForce   bool            `json:"in_force"`
}

// RulingList is every ruling that fits.
type RulingList struct {
	Items    []Ruling `json:"items" doc:"the last made first"`
	Position int64    `json:"position"`
}

// A RulingQuery narrows the list.
type RulingQuery struct {
	Matter string `query:"matter" doc:"scheme/kind/code, or a code"`
	Unit   string `query:"unit"`
	Area   string `query:"area"`
	All    bool   `query:"all" doc:"also those that do not bind now"`
}

func (s *server) rulings(_ context.Context, _ *Request, q RulingQuery) (RulingList, error) {
	l, err := s.library()
	if err != nil {
		return RulingList{}, err
	}
	out := RulingList{Items: []Ruling{}, Position: int64(l.Position())}
	for _, r := range slices.Backward(l.History().Rulings) {
		fits := (q.Matter == "" || q.Matter == r.Matter.String() || q.Matter == r.Matter.Code) &&
			(q.Unit == "" || q.Unit == r.Unit) && (q.Area == "" || q.Area == r.Area)
		if shown := s.shownRuling(r); fits && (q.All || shown.InForce) {
			out.Items = append(out.Items, shown)
		}
	}
	return out, nil
}

func (s *server) shownRuling(r jurisdiction.Ruling) Ruling {
	ref := s.reference()
	out := Ruling{
		Number: r.Number, Authority: r.Authority, Matter: named(ref.Matters, r.Matter), Area: r.Area, Unit: r.Unit,
		Effective: r.Effective, Basis: r.Basis, Incident: r.Incident, InForce: r.InForce(s.Now()),
	}
	if u, ok := ref.Book.Unit(r.Unit); ok {
		out.UnitName = u.Name
	}
	if !r.Expires.IsZero() {
		out.Expires = &r.Expires
	}
	return out
}

// A RulingToMake is a ruling as it comes in.
type RulingToMake struct {
	Number    string     `json:"number,omitempty" maxLength:"100" doc:"default: the next free one of the year"`
	Authority string     `json:"authority" minLength:"1" maxLength:"200"`
	Matter    MatterKey  `json:"matter"`
	Area      string     `json:"area" doc:"6, 9 or 12 digits"`
	Unit      string     `json:"unit"`
	Effective *time.Time `json:"effective,omitempty" doc:"default: at once; never in the past"`
	Expires   *time.Time `json:"expires,omitempty"`
	Basis     string     `json:"basis,omitempty" maxLength:"200"`
}

// RulingAnswer is a ruling as it is now.
type RulingAnswer struct {
	Ruling   Ruling `json:"ruling"`
	Position int64  `json:"position"`
}

func (s *server) makeRuling(ctx context.Context, r *Request, b RulingToMake) (RulingAnswer, error) {
	if _, err := s.library(); err != nil {
		return RulingAnswer{}, err
	}
	ruling := jurisdiction.Ruling{
		Number: b.Number, Authority: b.Authority, Matter: b.Matter.key(), Area: b.Area, Unit: b.Unit, Basis: b.Basis,
	}
	if b.Effective != nil {
		ruling.Effective = *b.Effective
	}
	if b.Expires != nil {
		ruling.Expires = *b.Expires
	}
	out, err := s.Workflow.Enact(ctx, reference.Rule{Rulings: []jurisdiction.Ruling{ruling}}, s.actor(r.Person), workflow.Options{Key: r.Key, Correlation: r.ID})
	return s.ruled(ctx, r, out, err, true)
}

// A RulingEnd says why, and when.
type RulingEnd struct {
	Reason string     `json:"reason" minLength:"1" maxLength:"500"`
	Ends   *time.Time `json:"ends,omitempty" doc:"default: at once; never in the past"`
}

// thereRuling lets through only the number of a ruling that was made.
func (s *server) thereRuling(_ context.Context, r *Request) error {
	l, err := s.library()
	if err == nil && rulingBy(l.History().Rulings, r.PathValue("number")) < 0 {
		return notFound()
	}
	return err
}

// rulingBy returns the place of the last ruling with a number; -1: there is none.
func rulingBy(all []jurisdiction.Ruling, number string) int {
	for i, x := range slices.Backward(all) {
		if x.Number == number {
			return i
		}
	}
	return -1
}

func (s *server) endRuling(ctx context.Context, r *Request, b RulingEnd) (RulingAnswer, error) {
	end := reference.EndRuling{Number: r.PathValue("number"), Reason: b.Reason}
	if b.Ends != nil {
		end.Ends = *b.Ends
	}
	out, err := s.Workflow.Enact(ctx, end, s.actor(r.Person), workflow.Options{Key: r.Key, Correlation: r.ID})
	return s.ruled(ctx, r, out, err, false)
}

// ruled answers with the ruling that a write was about: the one it made, or the one of
// the path.
func (s *server) ruled(ctx context.Context, r *Request, out workflow.Given[reference.History], err error, made bool) (RulingAnswer, error) {
	if err != nil {
		return RulingAnswer{}, err
	}
	if out.Replayed {
		r.header.Set("Idempotent-Replay", "true")
	}
	l, err := s.library()
	if err != nil {
		return RulingAnswer{}, err
	}
	all, number := l.History().Rulings, r.PathValue("number")
	if made {
		if number, err = l.RuledAt(ctx, out.Position); err != nil {
			return RulingAnswer{}, err
		}
	}
	i := rulingBy(all, number)
	if i < 0 {
		return RulingAnswer{}, notFound()
	}
	return RulingAnswer{Ruling: s.shownRuling(all[i]), Position: int64(out.Position)}, nil
}
