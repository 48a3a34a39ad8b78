package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain/reference"
	"gridcommand/workflow"
	"gridcommand/workflow/sheets"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A GivenTable is one table to be enacted: as CSV or as rows.
type GivenTable struct {
	Name string     `json:"name" doc:"units, responsibility, fallback, default_tiers, matters, criteria, scheme_mapping, limits, policy, calendar or evaluation"`
	CSV  string     `json:"csv,omitempty" doc:"with a header, as GET /reference/{table}.csv gives it"`
	Rows []TableRow `json:"rows,omitempty" doc:"in place of csv: each row by column"`
}

// An Edition is tables to be enacted together. Those not named stay as they are.
type Edition struct {
	Version   string       `json:"version,omitempty" maxLength:"64" doc:"default: made of the day"`
	Effective *time.Time   `json:"effective,omitempty" doc:"from when it counts; default: at once; never in the past"`
	Basis     string       `json:"basis,omitempty" maxLength:"500" doc:"the document it rests on"`
	Note      string       `json:"note,omitempty" maxLength:"500"`
	Tables    []GivenTable `json:"tables" minItems:"1"`
}

// A RowChange is what one row of an edition changes.
type RowChange struct {
	Table  string   `json:"table"`
	Kind   string   `json:"kind" enum:"added,removed,changed"`
	Key    string   `json:"key" doc:"what tells the row apart"`
	Before TableRow `json:"before,omitempty"`
	After  TableRow `json:"after,omitempty"`
}

// EditionChanges is what an edition changes.
type EditionChanges struct {
	Version   string      `json:"version"`
	Effective *time.Time  `json:"effective" doc:"null: nothing changes"`
	Changes   []RowChange `json:"changes" doc:"none: the tables are as they were, and nothing was enacted"`
	Position  int64       `json:"position"`
}

func (s *server) previewEdition(ctx context.Context, r *Request, e Edition) (EditionChanges, error) {
	return s.bring(ctx, r, e, true)
}

func (s *server) enactEdition(ctx context.Context, r *Request, e Edition) (EditionChanges, error) {
	return s.bring(ctx, r, e, false)
}

func (s *server) bring(ctx context.Context, r *Request, e Edition, dry bool) (EditionChanges, error) {
	b := workflow.Bring{
		Enact:  reference.Enact{Version: e.Version, Basis: e.Basis, Note: e.Note, Tables: reference.Tables{}},
		DryRun: dry, Options: workflow.Options{Key: r.Key, Correlation: r.ID},
	}
	if e.Effective != nil {
		b.Effective = *e.Effective
	}
	pointers := map[string]string{}
	var faults []FieldError
	for i, t := range e.Tables {
		at := "/tables/" + itoa(i)
		switch _, twice := b.Tables[t.Name]; {
		case reference.Columns(t.Name) == nil || t.Name == reference.RulingTable:
			faults = append(faults, FieldError{Pointer: at + "/name", Detail: "is no table; there are " + strings.Join(reference.TableNames, ", ")})
		case twice:
			faults = append(faults, FieldError{Pointer: at + "/name", Detail: "is there twice"})
		case (t.CSV == "") == (t.Rows == nil):
			faults = append(faults, FieldError{Pointer: at, Detail: "either csv or rows is required"})
		case t.CSV != "":
			tables, err := sheets.Read(t.Name, []byte(t.CSV))
			pointers[t.Name] = at + "/csv"
			faults = append(faults, faultsAt(pointers, err)...)
			b.Tables[t.Name] = tables[t.Name]
		default:
			pointers[t.Name] = at + "/rows"
			rows, wrong := rowsFrom(at+"/rows", t.Name, t.Rows)
			faults = append(faults, wrong...)
			b.Tables[t.Name] = rows
		}
	}
	if len(faults) > 0 {
		return EditionChanges{}, faulty(faults)
	}
	return s.brought(ctx, r, b, pointers)
}

// brought brings tables in and says what came of it.
func (s *server) brought(ctx context.Context, r *Request, b workflow.Bring, pointers map[string]string) (EditionChanges, error) {
	if _, err := s.library(); err != nil {
		return EditionChanges{}, err
	}
	out := EditionChanges{Changes: []RowChange{}}
	if !b.Options.Key.IsZero() { // a known key is answered before anything is checked
		if known, replayed, err := s.replayedEdition(ctx, r); replayed || err != nil {
			return known, err
		}
	}
	p, err := s.Workflow.Bring(ctx, b, s.actor(r.Person))
	if found := faultsAt(pointers, err); len(found) > 0 {
		return out, faulty(found)
	}
	if err != nil {
		return out, err
	}
	out.Version, out.Position = p.Version, int64(p.Position)
	if len(p.Changes) > 0 {
		out.Effective = &p.Effective
	}
	for _, c := range p.Changes {
		out.Changes = append(out.Changes, RowChange{Table: c.Table, Kind: c.Kind, Key: c.Key, Before: byColumn(c.Table, c.Before), After: byColumn(c.Table, c.After)})
	}
	return out, nil
}

// replayedEdition answers a key that is known: with what was enacted under it.
func (s *server) replayedEdition(ctx context.Context, r *Request) (EditionChanges, bool, error) {
	result, known, err := s.Ledger.Lookup(ctx, r.Key)
	if err != nil || !known {
		return EditionChanges{}, false, err
	}
	l, err := s.library()
	if err == nil {
		err = l.Reach(ctx, result.Last)
	}
	if err != nil {
		return EditionChanges{}, false, err
	}
	r.header.Set("Idempotent-Replay", "true")
	out := EditionChanges{Changes: []RowChange{}, Position: int64(result.Last)}
	h := l.History()
	for i, p := range l.Enacted() {
		if p != result.Last {
			continue
		}
		e := h.Editions[i]
		out.Version, out.Effective = e.Version, &e.Effective
		before, after := h.InForce(l.Base(), e.Effective, i), h.InForce(l.Base(), e.Effective, i+1)
		for _, c := range reference.Diff(before.Tables, after.Tables) {
			out.Changes = append(out.Changes, RowChange{Table: c.Table, Kind: c.Kind, Key: c.Key, Before: byColumn(c.Table, c.Before), After: byColumn(c.Table, c.After)})
		}
	}
	return out, true, nil
}

func byColumn(name string, fields []string) TableRow {
	if fields == nil {
		return nil
	}
	row := TableRow{}
	for i, column := range reference.Columns(name) {
		row[column] = fields[i]
	}
	return row
}

// faulty is the 422 of tables with faults.
func faulty(found []FieldError) *Problem {
	p := problem(http.StatusUnprocessableEntity, "faulty_tables", "%d faults; nothing was enacted", len(found))
	p.Errors = found
	return p
}

// faultsAt returns the faults of tables where the request has them: at a row's field, or
// at the text of a CSV, whose line the detail says.
func faultsAt(pointers map[string]string, err error) []FieldError {
	faults, ok := errors.AsType[*reference.FaultsError](err)
	if !ok {
		return nil
	}
	var found []FieldError
	for _, t := range faults.Tables {
		at, given := pointers[t.Table]
		for _, f := range t.List {
			one := FieldError{Pointer: at, Code: t.Table, Detail: t.Table + ": " + f.String()}
			if given && strings.HasSuffix(at, "/rows") && f.Line > 0 {
				one.Pointer, one.Detail = at+"/"+itoa(f.Line-1), f.Problem
				if f.Column != "" {
					one.Pointer += "/" + f.Column
				}
			}
			found = append(found, one)
		}
	}
	return found
}

// A FileQuery says what to do with an uploaded file.
type FileQuery struct {
	Table     string  `query:"table" doc:"which table it is; default: its header or its sheets tell"`
	DryRun    bool    `query:"dry_run" doc:"check and preview only"`
	Version   string  `query:"version"`
	Effective *moment `query:"effective"`
	Basis     string  `query:"basis"`
	Note      string  `query:"note"`
}

// importFile takes a CSV or a workbook as it is.
func (s *server) importFile(ctx context.Context, r *Request, q FileQuery) (EditionChanges, error) {
	if q.Table != "" && reference.Columns(q.Table) == nil {
		return EditionChanges{}, wrong("table", "is no table; there are %s", strings.Join(reference.TableNames, ", "))
	}
	tables, err := sheets.Read(q.Table, r.Raw)
	if found := faultsAt(nil, err); len(found) > 0 {
		return EditionChanges{}, faulty(found)
	}
	if err != nil {
		return EditionChanges{}, err
	}
	b := workflow.Bring{
		Enact:  reference.Enact{Version: q.Version, Basis: q.Basis, Note: q.Note, Tables: tables},
		DryRun: q.DryRun, Options: workflow.Options{Correlation: r.ID},
	}
	if q.Effective != nil {
		b.Effective = q.Effective.Time
	}
	return s.brought(ctx, r, b, nil)
}
