package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections/figures"
	"gridcommand/projections/tally"
)

type factsQuery struct {
	FromView
	countQuery
	Indicator string `query:"indicator" maxLength:"64" required:"true" doc:"code of the catalogue; it must be said"`
	Part      string `query:"part" enum:"n,d,exempt" doc:"numerator unless said; d: denominator; exempt: what upheld appeals took from either"`
	Key       string `query:"key" maxLength:"200" doc:"of the row, - for the empty one; the total unless said"`
	Limit     int    `query:"limit" minimum:"1" maximum:"500" doc:"50 unless said"`
	Cursor    string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
}

// A StatisticsFact is one fact behind a figure.
type StatisticsFact struct {
	Position  int64             `json:"position"`
	At        time.Time         `json:"at"`
	Day       string            `json:"day" doc:"that it counts on: late work counts on the day of the deadline"`
	Figure    string            `json:"figure"`
	Sign      int64             `json:"sign" doc:"what it adds to the number: 1 or -1"`
	Kind      tally.SubjectKind `json:"kind"`
	ID        string            `json:"id" doc:"of the incident or ticket; of a patrol its inspector and day"`
	Number    string            `json:"number"`
	Type      string            `json:"type" doc:"stored name of the fact"`
	Unit      string            `json:"unit" doc:"that it falls on"`
	UnitName  string            `json:"unit_name"`
	Person    string            `json:"person" doc:"account that it falls on; empty: nobody's"`
	Minutes   *int64            `json:"minutes" doc:"length of the run that it judges; null: it judges none"`
	Exemption *StatisticsExempt `json:"exemption,omitempty" doc:"part=exempt: the upheld appeal, which is the fact itself"`
}

// A StatisticsExempt is the approval of an exemption.
type StatisticsExempt struct {
	Position int64             `json:"position"`
	At       time.Time         `json:"at"`
	Desk     string            `json:"desk"`
	DeskName string            `json:"desk_name"`
	Person   string            `json:"person"`
	Grounds  []incident.Ground `json:"grounds"`
	Reason   string            `json:"reason" doc:"of the appeal"`
}

// StatisticsFacts is a page of the facts behind one number.
type StatisticsFacts struct {
	Items        []StatisticsFact `json:"items" doc:"in the order of the days they count on, those of one day in the order of the ledger"`
	NextCursor   string           `json:"next_cursor"`
	Total        int              `json:"total" doc:"facts in all pages"`
	Sum          int64            `json:"sum" doc:"what their signs add up to: the number itself"`
	FromPosition int64            `json:"from_position" doc:"of the first of all, by the ledger; 0: there is none"`
	ToPosition   int64            `json:"to_position" doc:"of the last of all"`
	Position     int64            `json:"position"`
}

func (s *server) statisticsFacts(ctx context.Context, r *Request, q factsQuery) (StatisticsFacts, error) {
	if _, known := figures.IndicatorOf(q.Indicator); !known {
		return StatisticsFacts{}, wrong("indicator", "there is no indicator %q", q.Indicator)
	}
	if q.Reading == string(tally.Both) {
		return StatisticsFacts{}, wrong("reading", "is fact or exempted: one list has one reading")
	}
	asked, err := s.asked(r, q.countQuery)
	if err != nil {
		return StatisticsFacts{}, err
	}
	in := tally.FactsQuery{Query: asked, Indicator: q.Indicator, Side: tally.Side(orElse(q.Part, string(tally.Numerator))), Limit: q.Limit, Cursor: q.Cursor}
	if in.Limit == 0 {
		in.Limit = 50
	}
	if key := q.Key; key != "" {
		if key == "-" {
			key = ""
		}
		in.Key = &key
	}
	if err := s.await(ctx, "tally", q.MinPosition); err != nil {
		return StatisticsFacts{}, err
	}
	got, err := s.Tally.Facts(ctx, in)
	switch {
	case errors.Is(err, tally.ErrCursor):
		return StatisticsFacts{}, wrong("cursor", "is no cursor of this list")
	case err != nil:
		return StatisticsFacts{}, err
	}
	out := StatisticsFacts{
		Items: []StatisticsFact{}, NextCursor: got.Next, Total: got.Total, Sum: got.Sum, FromPosition: int64(got.From), ToPosition: int64(got.To),
		Position: int64(got.Position),
	}
	for _, f := range got.Items {
		item, err := s.statisticsFact(ctx, f, in.Side == tally.Exemptions)
		if err != nil {
			return StatisticsFacts{}, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// statisticsFact joins what was counted of a fact with the fact itself.
func (s *server) statisticsFact(ctx context.Context, f tally.CountedFact, exempts bool) (StatisticsFact, error) {
	rec, err := s.record(ctx, f.Position)
	if err != nil {
		return StatisticsFact{}, err
	}
	item := StatisticsFact{
		Position: int64(f.Position), At: rec.At, Day: string(f.Day), Figure: string(f.Figure), Sign: f.Sign, Kind: f.Kind, ID: f.ID, Number: f.Number,
		Type: rec.Type, Unit: f.Unit, UnitName: s.unitName(f.Unit), Person: f.Person, Minutes: f.Minutes,
	}
	if !exempts {
		return item, nil
	}
	e, err := incident.Decode(rec.Type, rec.Data)
	if err != nil {
		return item, fmt.Errorf("api: fact %d: %w", rec.Position, err)
	}
	if upheld, ok := e.(incident.AppealUpheld); ok {
		item.Exemption = &StatisticsExempt{
			Position: int64(rec.Position), At: rec.At, Desk: upheld.Desk, DeskName: s.unitName(upheld.Desk), Person: upheld.By.Person, Grounds: upheld.Grounds,
		}
		if item.Exemption.Reason, err = s.appealReason(ctx, f.ID, rec.Version); err != nil {
			return item, err
		}
	}
	return item, nil
}

// record returns the fact at a position.
func (s *server) record(ctx context.Context, p eventstore.Position) (eventstore.Record, error) {
	page, err := s.Ledger.Page(ctx, p-1, 1)
	if err == nil && len(page) == 0 {
		err = fmt.Errorf("api: the ledger has no fact at %d", p)
	}
	if err != nil {
		return eventstore.Record{}, err
	}
	return page[0], nil
}

// appealReason is why the appeal was made that a fact of an incident decides on.
func (s *server) appealReason(ctx context.Context, id string, before eventstore.Version) (string, error) {
	_, records, err := s.Workflow.Load(ctx, id)
	if err != nil {
		return "", err
	}
	reason := ""
	for _, rec := range records {
		if rec.Version >= before {
			break
		}
		e, err := incident.Decode(rec.Type, rec.Data)
		if err != nil {
			return "", fmt.Errorf("api: fact %d: %w", rec.Position, err)
		}
		if appealed, ok := e.(incident.Appealed); ok {
			reason = appealed.Reason
		}
	}
	return reason, nil
}
