package api

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// A found incident is there and visible to whoever asked.
type found struct {
	ID      string
	State   incident.State
	Records []eventstore.Record
	File    casefile.File
}

// scope returns the visibility keys of a person: the one place that says what they may
// see. An incident is visible if it has one of them; every view is asked with them.
func (s *server) scope(p jurisdiction.Person) []string { return s.reference().Book.Scope(p) }

// visible tells whether a person may see an incident.
func (s *server) visible(p jurisdiction.Person, f casefile.File) bool {
	scope := s.scope(p)
	return slices.ContainsFunc(f.Keys(), func(key string) bool { return slices.Contains(scope, key) })
}

// find returns an incident. One that is not there and one that is not visible are the
// same 404: whether it exists is nobody else's business.
func (s *server) find(ctx context.Context, p jurisdiction.Person, id string) (*found, error) {
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
		return nil, notFound()
	}
	state, records, err := s.Workflow.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, notFound()
	}
	file, err := s.Folder.Fold(records)
	if err != nil {
		return nil, err
	}
	if !s.visible(p, file) {
		return nil, notFound()
	}
	return &found{ID: id, State: state, Records: records, File: file}, nil
}
