package workflow

import (
	"context"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

type Service struct{}

func New(ctx context.Context, d Deps) (*Service, error) { panic("soon") }
func (s *Service) Do(ctx context.Context, id string, c incident.Command, by incident.Actor, o Options) (Outcome, error) {
	panic("soon")
}
func (s *Service) NextNumber(ctx context.Context, at time.Time) (string, error) { panic("soon") }
func (s *Service) Order(at time.Time, by incident.Actor) incident.Order         { panic("soon") }
func (s *Service) Load(ctx context.Context, id string) (incident.State, []eventstore.Record, error) {
	panic("soon")
}
func (s *Service) Run(ctx context.Context) error                          { panic("soon") }
func (s *Service) Idle(ctx context.Context) error                         { panic("soon") }
func (s *Service) NextTimer(ctx context.Context) (time.Time, bool, error) { panic("soon") }
func (s *Service) ClockMoved()                                            { panic("soon") }
func (s *Service) Handlers() []HandlerStatus                              { panic("soon") }
func (s *Service) Parked(ctx context.Context) ([]Parked, error)           { panic("soon") }
func (s *Service) Retry(ctx context.Context, id int64) error              { panic("soon") }
func (s *Service) Drop(ctx context.Context, id int64) error               { panic("soon") }
