package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
)

// A TimelineEntry is one fact of an incident.
type TimelineEntry struct {
	Position     int64             `json:"position"`
	Version      int64             `json:"version"`
	At           time.Time         `json:"at"`
	Type         string            `json:"type" doc:"the stored name, e.g. incident.dispatched"`
	Actor        string            `json:"actor" doc:"the account, or system:…"`
	ActorName    string            `json:"actor_name,omitempty" doc:"of the post"`
	Role         jurisdiction.Role `json:"role,omitempty"`
	Unit         string            `json:"unit" doc:"the unit acted for; empty: the system"`
	UnitName     string            `json:"unit_name,omitempty"`
	Data         json.RawMessage   `json:"data" doc:"the fact itself, by its type"`
	DueExplained *DueExplained     `json:"due_explained,omitempty"`
}

// A Timeline is every fact of an incident, oldest first, versions 1 to n.
type Timeline struct {
	Items    []TimelineEntry `json:"items"`
	Position int64           `json:"position" doc:"of the last of them"`
}

func (s *server) timeline(_ context.Context, r *Request, _ none) (Timeline, error) {
	t := Timeline{Items: make([]TimelineEntry, 0, len(r.Case.Records))}
	for _, rec := range r.Case.Records {
		e, err := s.entry(rec)
		if err != nil {
			return Timeline{}, fmt.Errorf("api: fact %d: %w", rec.Position, err)
		}
		t.Items = append(t.Items, e)
		t.Position = e.Position
	}
	return t, nil
}

func (s *server) entry(rec eventstore.Record) (TimelineEntry, error) {
	e := TimelineEntry{Position: int64(rec.Position), Version: int64(rec.Version), At: rec.At, Type: rec.Type}

	var fields map[string]json.RawMessage
	if err := json.Unmarshal(rec.Data, &fields); err != nil {
		return e, err
	}
	var fact struct {
		By struct {
			Person string            `json:"person"`
			Unit   string            `json:"unit"`
			Role   jurisdiction.Role `json:"role"`
			Name   string            `json:"name"`
		} `json:"by"`
		Reporter *struct {
			Confidential bool `json:"confidential"`
		} `json:"reporter"`
		Deadline *deadline.Deadline `json:"deadline"`
		Total    *deadline.Deadline `json:"total"`
		Accept   *deadline.Deadline `json:"accept"`
		Arrive   *deadline.Deadline `json:"arrive"`
		Review   *deadline.Deadline `json:"review"`
		Back     *incident.Standing `json:"back"`  // of a correction
		Again    *incident.Standing `json:"again"` // of a spot check
	}
	if err := json.Unmarshal(rec.Data, &fact); err != nil {
		return e, err
	}
	e.Actor, e.ActorName, e.Role, e.Unit = fact.By.Person, fact.By.Name, fact.By.Role, fact.By.Unit
	if u, ok := s.Folder.Of(rec).Book.Unit(e.Unit); ok {
		e.UnitName = u.Name
	}
	delete(fields, "at")
	delete(fields, "by")
	if fact.Reporter != nil {
		// The reference to the caller is for the state database, not for readers.
		fields["reporter"] = encode(map[string]bool{"confidential": fact.Reporter.Confidential})
	}
	e.Data = encode(fields)

	for _, standing := range []*incident.Standing{fact.Back, fact.Again} {
		if standing != nil {
			fact.Deadline, fact.Total = &standing.Deadline, standing.Total
		}
	}
	ref := s.Reference.At(rec.At)
	due := DueExplained{
		Stage: s.explain(stageWord, fact.Deadline, ref), Total: s.explain(totalWord, fact.Total, ref),
		Accept: s.explain(acceptWord, fact.Accept, ref), Arrive: s.explain(arriveWord, fact.Arrive, ref),
		Review: s.explain(reviewWord, fact.Review, ref),
	}
	if due != (DueExplained{}) {
		e.DueExplained = &due
	}
	return e, nil
}
