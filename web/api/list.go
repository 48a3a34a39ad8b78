package api

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
)

// longestWait is how long a query waits for a view to reach its min_position.
const longestWait = 5 * time.Second

// FromView is what every query of a view takes.
type FromView struct {
	MinPosition int64 `query:"min_position" minimum:"0" doc:"wait, at most 5 s, until the view has come this far"`
}

// listQuery is every filter of the casebook. Several values of one are alternatives.
type listQuery struct {
	FromView
	Status    []incident.Status   `query:"status"`
	Stage     []incident.Stage    `query:"stage"`
	Tier      []jurisdiction.Tier `query:"tier"`
	Street    []string            `query:"street" pattern:"^[0-9]{9}$" patternDescription:"a street's code"`
	Community []string            `query:"community" pattern:"^[0-9]{12}$" patternDescription:"a community's code"`
	Holder    []string            `query:"holder" maxLength:"64" doc:"unit that has it now"`
	Matter    []string            `query:"matter" maxLength:"128" doc:"a code, or scheme/kind/code"`
	Source    []incident.Source   `query:"source"`
	Lamp      []incident.Lamp     `query:"lamp"`
	Overdue   *bool               `query:"overdue"`
	Accepted  *bool               `query:"accepted" doc:"signed for"`
	Suspended *bool               `query:"suspended"`
	Difficult *bool               `query:"difficult"`
	Flag      []listMark          `query:"flag" doc:"all of them"`
	Q         string              `query:"q" maxLength:"100" doc:"text in number, description, address or matter; two characters up"`
	BBox      string              `query:"bbox" doc:"west,south,east,north in WGS-84"`
	From      *moment             `query:"from" doc:"reported at or after: a time or a day"`
	To        *moment             `query:"to" doc:"reported before: a time; or up to and with a day"`
	Sort      string              `query:"sort" enum:"reported_at,-reported_at,updated,-updated,due,-due,number,-number" doc:"-reported_at unless said"`
	Limit     int                 `query:"limit" minimum:"1" maximum:"500" doc:"50 unless said"`
	Cursor    string              `query:"cursor" maxLength:"1024" doc:"next_cursor of the page before"`
}

// A listMark is a flag, or something else that a list may be asked for as if it were one.
type listMark string

// An IncidentList is one page of a list.
type IncidentList struct {
	Items      []casefile.File `json:"items"`
	NextCursor *string         `json:"next_cursor" doc:"null: this was the last page"`
	Total      int             `json:"total" doc:"of the whole list"`
	TotalIs    string          `json:"total_is,omitempty" enum:"at_least" doc:"present where the list is longer than total"`
	Position   int64           `json:"position" doc:"up to which the list is told"`
	At         time.Time       `json:"at" doc:"of the last fact in it"`
}

func (s *server) list(ctx context.Context, r *Request, q listQuery) (IncidentList, error) {
	filter, err := q.filter()
	if err != nil {
		return IncidentList{}, err
	}
	if err := s.await(ctx, "casebook", q.MinPosition); err != nil {
		return IncidentList{}, err
	}
	filter.Scope = s.scope(r.Person)
	page, err := s.Casebook.List(ctx, filter)
	if bad, ok := errors.AsType[*casebook.QueryError](err); ok {
		return IncidentList{}, wrong(bad.Field, "%s", bad.Detail)
	}
	if err != nil {
		return IncidentList{}, err
	}
	out := IncidentList{Total: page.Total, Position: int64(page.Position), At: page.At}
	if out.Items, err = s.shownAll(ctx, page.Items); err != nil {
		return IncidentList{}, err
	}
	if page.NextCursor != "" {
		out.NextCursor = &page.NextCursor
	}
	if page.AtLeast {
		out.TotalIs = "at_least"
	}
	return out, nil
}

// await waits until a view has reached a position. A view whose tables are not there yet
// has reached none.
func (s *server) await(ctx context.Context, view string, position int64) error {
	at := slices.IndexFunc(s.Runners, func(r *projections.Runner) bool { return r.Name() == view })
	if at < 0 {
		return busy("behind", "the view %s is not running here", view)
	}
	run := s.Runners[at]
	if run.Status().State == projections.Starting {
		return busy("starting", "the view %s is being opened", view)
	}
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	err := run.WaitFor(ctx, eventstore.Position(position))
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, projections.ErrStopped) {
		return busy("behind", "the view %s is at position %d", view, run.Position())
	}
	return err
}

func beginning(m *moment) *time.Time {
	if m == nil {
		return nil
	}
	return &m.Time
}

func ending(m *moment) *time.Time {
	if m == nil {
		return nil
	}
	end := m.end()
	return &end
}

// parseBox reads west,south,east,north. An empty text is no box.
func parseBox(text string) (*orb.Bound, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return nil, wrong("bbox", "is not west,south,east,north")
	}
	var n [4]float64
	for i, part := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(f >= -180 && f <= 180) || i%2 == 1 && !(f >= -90 && f <= 90) {
			return nil, wrong("bbox", "is not west,south,east,north in degrees")
		}
		n[i] = f
	}
	if n[0] > n[2] || n[1] > n[3] {
		return nil, wrong("bbox", "has its west east of its east, or its south north of its north")
	}
	return &orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
}
