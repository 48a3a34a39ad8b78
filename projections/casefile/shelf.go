package casefile

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A Shelf keeps the files of one view in a table of the view's own, and folds
// pages of facts into them: each file is read and written at most once a page.
type Shelf struct {
	folder *Folder
	view   string
	held   map[string]File     // files of late, as stored
	stands eventstore.Position // the position at which held is true
}

// shelfSize bounds the files kept in memory between pages.
const shelfSize = 4096

// NewShelf returns the shelf of a view.
func NewShelf(folder *Folder, view string) *Shelf {
	return &Shelf{folder: folder, view: view, held: map[string]File{}}
}

// Table is the shelf's table.
func (s *Shelf) Table() string { return s.view + "_files" }

// Schema is the DDL of the shelf's table, and names the reference data.
func (s *Shelf) Schema() string {
	return "-- reference data: " + s.folder.Version() + `
CREATE TABLE ` + s.Table() + ` (
	id   TEXT NOT NULL PRIMARY KEY,
	data TEXT NOT NULL
);
`
}

// A Step is one fact and what it did to one file.
type Step struct {
	Record eventstore.Record
	Event  incident.Event
	Before File // its zero value: the incident was not there
	After  File
}

// Fold folds the incidents' facts of a page and calls see for each, in order. Facts
// of other categories are other views' business; an incident's fact of an
// unknown type is an error that stops the view.
func (s *Shelf) Fold(ctx context.Context, tx *sql.Tx, page []eventstore.Record, see func(Step) error) error {
	if page[0].Position != s.stands+1 {
		clear(s.held) // a transaction failed, or another runner was at work
	}
	s.stands = 0
	if err := s.folder.Reach(ctx, page[len(page)-1].Position); err != nil {
		return err
	}
	if err := s.load(ctx, tx, page); err != nil {
		return err
	}
	touched := map[string]bool{}
	for _, r := range page {
		if r.Stream.Category() != Category {
			continue
		}
		e, err := Event(r)
		if err != nil {
			return &projections.FoldError{View: s.view, Position: r.Position, Err: err}
		}
		id := r.Stream.ID()
		before := s.held[id]
		after := s.folder.Evolve(before, r, e)
		s.held[id], touched[id] = after, true
		if err := see(Step{r, e, before, after}); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, touched); err != nil {
		return err
	}
	if len(s.held) > shelfSize {
		maps.DeleteFunc(s.held, func(id string, _ File) bool { return !touched[id] })
	}
	s.stands = page[len(page)-1].Position
	return nil
}

// IDs returns the incidents that page touches, in order.
func IDs(page []eventstore.Record) []string {
	ids := map[string]bool{}
	for _, r := range page {
		if r.Stream.Category() == Category {
			ids[r.Stream.ID()] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// load reads the files that page touches and memory lacks. A first fact needs none.
func (s *Shelf) load(ctx context.Context, tx *sql.Tx, page []eventstore.Record) error {
	missing, born := map[string]bool{}, map[string]bool{}
	for _, r := range page {
		if r.Stream.Category() != Category {
			continue
		}
		id := r.Stream.ID()
		if r.Version == 1 {
			born[id] = true
		}
		if _, ok := s.held[id]; !ok && !born[id] {
			missing[id] = true
		}
	}
	return s.read(ctx, tx, slices.Sorted(maps.Keys(missing)), func(id string, f File) { s.held[id] = f })
}

func (s *Shelf) read(ctx context.Context, tx *sql.Tx, ids []string, take func(id string, f File)) error {
	return projections.Each(ctx, tx, `SELECT id, data FROM `+s.Table()+` WHERE id IN ids`, ids, func(rows *sql.Rows) error {
		var id string
		var data []byte
		if err := rows.Scan(&id, &data); err != nil {
			return err
		}
		f, err := Unmarshal(data)
		if err == nil {
			take(id, f)
		}
		return err
	})
}

// Files returns the stored files with these ids, by id.
func (s *Shelf) Files(ctx context.Context, tx *sql.Tx, ids []string) (map[string]File, error) {
	files := make(map[string]File, len(ids))
	err := s.read(ctx, tx, ids, func(id string, f File) { files[id] = f })
	return files, err
}

func (s *Shelf) save(ctx context.Context, tx *sql.Tx, touched map[string]bool) error {
	rows := make([][]any, 0, len(touched))
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		data, err := s.held[id].Marshal()
		if err != nil {
			return err
		}
		rows = append(rows, []any{id, string(data)})
	}
	return projections.Bulk{
		Table: s.Table(), Columns: []string{"id", "data"}, Tail: "ON CONFLICT (id) DO UPDATE SET data = excluded.data",
	}.Write(ctx, tx, rows)
}
