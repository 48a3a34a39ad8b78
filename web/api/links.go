package api

import (
	"context"
	"math"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/tally"
)

// A Neighbour is an incident of the same matter that lies near.
type Neighbour struct {
	casefile.File
	Meters float64 `json:"meters" doc:"how far away"`
}

// Duplicates are open incidents that may be the same: offered, and merged by people only.
type Duplicates struct {
	Items    []Neighbour `json:"items" doc:"the nearest first"`
	Position int64       `json:"position"`
	At       time.Time   `json:"at"`
}

// Recurrences are closed incidents that this one may be again, with their photos.
type Recurrences struct {
	Items    []Neighbour `json:"items" doc:"the last one closed first"`
	Count    int         `json:"count" doc:"which time this is, as far as the caller may see; 1: the first"`
	Position int64       `json:"position"`
	At       time.Time   `json:"at"`
}

func (s *server) duplicates(ctx context.Context, r *Request, q FromView) (Duplicates, error) {
	policy := s.reference().Policy
	found, err := s.near(ctx, r, q, s.Casebook.Duplicates, policy.DuplicateMeters, policy.DuplicateWithin)
	if err != nil {
		return Duplicates{}, err
	}
	items, err := s.neighbours(ctx, r, found)
	return Duplicates{Items: items, Position: int64(found.Position), At: found.At}, err
}

func (s *server) recurrences(ctx context.Context, r *Request, q FromView) (Recurrences, error) {
	policy := s.reference().Policy
	found, err := s.near(ctx, r, q, s.Casebook.Recurrences, policy.RecurrenceMeters, policy.RecurrenceWithin)
	if err != nil {
		return Recurrences{}, err
	}
	items, err := s.neighbours(ctx, r, found)
	return Recurrences{Items: items, Count: max(found.Count, 1), Position: int64(found.Position), At: found.At}, err
}

// nowhere is a point that no incident of this district is near.
var nowhere = orb.Point{0, 0}

// near asks the casebook what lies near the incident of the request. One without a
// place or a matter has nothing near it.
func (s *server) near(ctx context.Context, r *Request, q FromView, ask func(context.Context, casebook.Near) (casebook.Neighbours, error),
	meters float64, within time.Duration,
) (casebook.Neighbours, error) {
	if err := s.await(ctx, "casebook", q.MinPosition); err != nil {
		return casebook.Neighbours{}, err
	}
	question, ok := casebook.Around(r.Case.File, meters, within, s.scope(r.Person))
	if !ok {
		question.Point = nowhere // asked all the same, for the position that the answer is of
	}
	return ask(ctx, question)
}

func (s *server) neighbours(ctx context.Context, r *Request, found casebook.Neighbours) ([]Neighbour, error) {
	items := make([]Neighbour, 0, len(found.Items))
	for _, n := range found.Items {
		f, err := s.shown(ctx, r.Person, n.File, nil)
		if err != nil {
			return nil, err
		}
		items = append(items, Neighbour{File: f, Meters: math.Round(n.Meters*10) / 10})
	}
	return items, nil
}

type approvalsQuery struct {
	FromView
	Below *bool `query:"below" doc:"also what waits for the desks below, which the caller's may decide too"`
}

// ApprovalList is what waits for the word of the caller's desk.
type ApprovalList struct {
	Items    []casebook.Approval `json:"items" doc:"what is due first comes first"`
	Desk     string              `json:"desk"`
	Position int64               `json:"position"`
	At       time.Time           `json:"at"`
}

// deskRoles are those who act for a desk, and the supervisor, who reads what they read.
func deskRoles(r jurisdiction.Role) bool {
	switch r {
	case jurisdiction.CommunityStaff, jurisdiction.StreetDesk, jurisdiction.DistrictDesk, jurisdiction.Supervisor:
		return true
	}
	return false
}

func (s *server) approvals(ctx context.Context, r *Request, q approvalsQuery) (ApprovalList, error) {
	if err := s.await(ctx, "casebook", q.MinPosition); err != nil {
		return ApprovalList{}, err
	}
	ref := s.reference()
	got, err := s.Casebook.Approvals(ctx, casebook.Inbox{
		Desk: r.Person.Unit, Below: q.Below != nil && *q.Below, Policy: ref.Policy, Scope: s.scope(r.Person),
	})
	if err != nil {
		return ApprovalList{}, err
	}
	for i := range got.Items {
		if got.Items[i].Incident, err = s.shown(ctx, r.Person, got.Items[i].Incident, nil); err != nil {
			return ApprovalList{}, err
		}
	}
	return ApprovalList{Items: got.Items, Desk: r.Person.Unit, Position: int64(got.Position), At: got.At}, nil
}

type matrixQuery struct {
	FromView
	From *moment `query:"from" doc:"a day, or a time in it; the first of the month unless said"`
	To   *moment `query:"to" doc:"up to and with a day, or a time in it; the end of the month, or today where from is given"`
}

// A ReturnsMatrix is who returned how much of which matter, and who did it instead: it
// shows where the responsibility list is wrong, and offers the ruling to make.
type ReturnsMatrix struct {
	Items    []tally.ReturnsRow `json:"items" doc:"the most returns first"`
	From     time.Time          `json:"from"`
	To       time.Time          `json:"to" doc:"exclusive"`
	Position int64              `json:"position"`
	At       time.Time          `json:"at"`
}

func (s *server) returnsMatrix(ctx context.Context, r *Request, q matrixQuery) (ReturnsMatrix, error) {
	from, to := months(q.From, q.To, s.Now())
	if !from.Before(to) {
		return ReturnsMatrix{}, wrong("to", "is not after from")
	}
	if err := s.await(ctx, "tally", q.MinPosition); err != nil {
		return ReturnsMatrix{}, err
	}
	got, err := s.Tally.Returns(ctx, tally.ReturnsQuery{From: from, To: to, Scope: s.scope(r.Person)})
	if err != nil {
		return ReturnsMatrix{}, err
	}
	return ReturnsMatrix{Items: got.Items, From: got.From, To: got.To, Position: int64(got.Position), At: got.At}, nil
}
