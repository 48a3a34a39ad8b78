package api

import (
	"context"
	"slices"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/table"
	"gridcommand/workflow"
	"gridcommand/workflow/sheets"
)

// Who may do what with reference data: the administrator changes it, desks and the
// supervisor read it, the district rules.
func keepers(r jurisdiction.Role) bool    { return r == jurisdiction.Admin }
func consulters(r jurisdiction.Role) bool { return overseers(r) || keepers(r) }
func rulers(r jurisdiction.Role) bool     { return r == jurisdiction.DistrictDesk || keepers(r) }

// readsRulings are all who work by rulings: everybody but the screen.
func readsRulings(r jurisdiction.Role) bool { return r != jurisdiction.Screen }

// library is the ledger's own reference data.
func (s *server) library() (*workflow.Library, error) {
	if l := s.Workflow.Library(); l != nil {
		return l, nil
	}
	return nil, busy("reference_fixed", "the reference data of this server is fixed")
}

// A ReferenceTable is one table of the reference data, as it is in force.
type ReferenceTable struct {
	Name      string     `json:"name"`
	Columns   []string   `json:"columns"`
	Rows      int        `json:"rows"`
	Version   string     `json:"version" doc:"of the edition that it is of"`
	Effective *time.Time `json:"effective" doc:"since when; null: from the start"`
}

// A ReferenceEdition is tables enacted together.
type ReferenceEdition struct {
	Version   string    `json:"version"`
	Effective time.Time `json:"effective"`
	EnactedAt time.Time `json:"enacted_at"`
	By        string    `json:"by"`
	Basis     string    `json:"basis"`
	Note      string    `json:"note"`
	Tables    []string  `json:"tables"`
	Position  int64     `json:"position"`
	InForce   bool      `json:"in_force" doc:"its effective time has come"`
}

// ReferenceList is every table in force, and every edition there ever was.
type ReferenceList struct {
	Items    []ReferenceTable   `json:"items"`
	Editions []ReferenceEdition `json:"editions" doc:"the last enacted first"`
	Position int64              `json:"position"`
}

func (s *server) referenceList(_ context.Context, _ *Request, _ none) (ReferenceList, error) {
	l, err := s.library()
	if err != nil {
		return ReferenceList{}, err
	}
	now, h, enacted := s.Now(), l.History(), l.Enacted()
	out := ReferenceList{Items: []ReferenceTable{}, Editions: []ReferenceEdition{}, Position: int64(l.Position())}
	c := h.InForce(l.Base(), now, len(h.Editions))
	for _, name := range reference.TableNames {
		out.Items = append(out.Items, described(c, name))
	}
	for i, e := range slices.Backward(h.Editions[:min(len(h.Editions), len(enacted))]) {
		edition := ReferenceEdition{
			Version: e.Version, Effective: e.Effective, EnactedAt: e.At, By: e.By.Person, Basis: e.Basis, Note: e.Note,
			Tables: []string{}, Position: int64(enacted[i]), InForce: !e.Effective.After(now),
		}
		for _, name := range reference.TableNames {
			if _, in := e.Tables[name]; in {
				edition.Tables = append(edition.Tables, name)
			}
		}
		out.Editions = append(out.Editions, edition)
	}
	return out, nil
}

func described(c reference.Composite, name string) ReferenceTable {
	t := ReferenceTable{Name: name, Columns: reference.Columns(name), Rows: len(c.Tables[name]), Version: c.Versions[name]}
	if from := c.From[name]; !from.IsZero() {
		t.Effective = &from
	}
	return t
}

// A TableQuery says as of when.
type TableQuery struct {
	At *moment `query:"at" doc:"as it was, or will be, in force then; default: now"`
}

// A TableRow is one row, by column.
type TableRow map[string]string

// TableRows is one table whole.
type TableRows struct {
	ReferenceTable
	Items    []TableRow `json:"items"`
	Position int64      `json:"position"`
}

// thereTable lets through only what is a table.
func (s *server) thereTable(_ context.Context, r *Request) error {
	if name := r.PathValue("table"); reference.Columns(name) == nil {
		return notFound()
	}
	return nil
}

// tableAt returns the table of the path as it is in force at a moment.
func (s *server) tableAt(r *Request, q TableQuery) (reference.Tables, TableRows, error) {
	l, err := s.library()
	if err != nil {
		return nil, TableRows{}, err
	}
	at, name, h := s.Now(), r.PathValue("table"), l.History()
	if q.At != nil {
		at = q.At.Time
	}
	c := h.InForce(l.Base(), at, len(h.Editions))
	if name == reference.RulingTable {
		c.Tables[name] = reference.RulingTables(h.Rulings)[name]
	}
	return c.Tables, TableRows{ReferenceTable: described(c, name), Items: []TableRow{}, Position: int64(l.Position())}, nil
}

func (s *server) referenceTable(_ context.Context, r *Request, q TableQuery) (TableRows, error) {
	tables, out, err := s.tableAt(r, q)
	if err != nil {
		return out, err
	}
	for _, row := range tables[out.Name] {
		fields := TableRow{}
		for i, column := range out.Columns {
			fields[column] = row.Fields[i]
		}
		out.Items = append(out.Items, fields)
	}
	return out, nil
}

func (s *server) referenceCSV(_ context.Context, r *Request, q TableQuery) (blob, error) {
	tables, out, err := s.tableAt(r, q)
	if err != nil {
		return blob{}, err
	}
	r.header.Set("Content-Disposition", `attachment; filename="`+out.Name+`.csv"`)
	return blob{media: sheets.CSV + "; charset=utf-8", data: sheets.WriteCSV(tables, out.Name), cache: "no-store"}, nil
}

func (s *server) referenceXLSX(_ context.Context, r *Request, q TableQuery) (blob, error) {
	tables, out, err := s.tableAt(r, q)
	if err != nil {
		return blob{}, err
	}
	data, err := sheets.WriteWorkbook(tables, out.Name)
	r.header.Set("Content-Disposition", `attachment; filename="`+out.Name+`.xlsx"`)
	return blob{media: sheets.XLSX, data: data, cache: "no-store"}, err
}

// rowsFrom returns the rows of a table that came in as objects. Columns it has not are
// faults; those that may be left out are empty.
func rowsFrom(pointer, name string, given []TableRow) ([]table.Row, []FieldError) {
	columns := reference.Columns(name)
	var faults []FieldError
	rows := make([]table.Row, len(given))
	for i, fields := range given {
		at := pointer + "/" + itoa(i)
		row := table.Row{Line: i + 1, Fields: make([]string, len(columns))}
		for j, column := range columns {
			value, there := fields[column]
			if !there && !slices.Contains(reference.Optional(name), column) {
				faults = append(faults, FieldError{Pointer: at + "/" + column, Detail: "is required"})
			}
			row.Fields[j] = value
		}
		for column := range fields {
			if !slices.Contains(columns, column) {
				faults = append(faults, FieldError{Pointer: at + "/" + escapePointer(column), Detail: "is no column of " + name})
			}
		}
		rows[i] = row
	}
	return rows, faults
}
