package api

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/projections/picture"
)

type pictureQuery struct {
	FromView
	Cells []string `query:"cells" maxItems:"2000" doc:"z14 tiles, 14/x/y"`
	BBox  string   `query:"bbox" doc:"west,south,east,north in WGS-84"`
	Scope string   `query:"scope" doc:"440114, a street or a community; the district unless something is said"`
	At    *moment  `query:"at" doc:"as it was then"`
}

// A Picture is the open incidents on the ground.
type Picture struct {
	Type     string            `json:"type" enum:"FeatureCollection"`
	Features []json.RawMessage `json:"features"`
	Position int64             `json:"position"`
	At       time.Time         `json:"at"`
}

var cellForm = regexp.MustCompile(`^14/(\d{1,5})/(\d{1,5})$`)

func (s *server) picture(ctx context.Context, r *Request, q pictureQuery) (Picture, error) {
	box, err := parseBox(q.BBox)
	if err != nil {
		return Picture{}, err
	}
	for _, cell := range q.Cells {
		m := cellForm.FindStringSubmatch(cell)
		if m == nil || !below(m[1], 1<<14) || !below(m[2], 1<<14) {
			return Picture{}, wrong("cells", "%q is no z14 tile, as 14/13342/7106", cell)
		}
	}
	if q.Scope != "" && !s.isArea(q.Scope) {
		return Picture{}, wrong("scope", "is no area of this district")
	}
	if q.Scope == "" && box == nil && len(q.Cells) == 0 {
		q.Scope = s.reference().Book.District()
	}
	if err := s.await(ctx, "picture", q.MinPosition); err != nil {
		return Picture{}, err
	}
	c, err := s.Picture.Features(ctx, picture.Query{Cells: q.Cells, BBox: box, Area: q.Scope, At: beginning(q.At), Scope: s.scope(r.Person)})
	if err != nil {
		return Picture{}, err
	}
	out := Picture{Type: "FeatureCollection", Features: c.Features, Position: int64(c.Position), At: c.At}
	if out.Features == nil {
		out.Features = []json.RawMessage{}
	}
	return out, nil
}

func below(digits string, limit int) bool {
	n, err := strconv.Atoi(digits)
	return err == nil && n < limit
}

// isArea tells whether a code is the district's, a street's or a community's.
func (s *server) isArea(code string) bool {
	u, ok := s.reference().Book.Unit(code)
	return ok && u.IsDesk()
}

// months fills in what was not said of a period: this month by the ledger's clock, the
// month that ends at to, or everything from from to the end of today.
func months(from, to *moment, now time.Time) (time.Time, time.Time) {
	y, m, d := now.In(deadline.CST).Date()
	begin, end := time.Date(y, m, 1, 0, 0, 0, 0, deadline.CST), time.Date(y, m+1, 1, 0, 0, 0, 0, deadline.CST)
	switch {
	case from != nil && to != nil:
		return from.Time, to.end()
	case from != nil:
		return from.Time, time.Date(y, m, d+1, 0, 0, 0, 0, deadline.CST)
	case to != nil:
		last := to.end().Add(-time.Nanosecond).In(deadline.CST)
		return time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, deadline.CST), to.end()
	}
	return begin, end
}
