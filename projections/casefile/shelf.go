package casefile

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A Shelf keeps the files of one view in a table of the view's own, and folds
// pages of facts into them: each file is read and written at most once a page.
type Shelf struct {
	folder *Folder
	view   string
	words  func() *words
	held   map[string]*holding // files of late, as stored
	page   int                 // pages folded
	stands eventstore.Position // the position at which held is true
}

// A holding is a file in memory, and the last page that needed it.
type holding struct {
	File
	page int
}

// shelfSize bounds the files kept in memory between pages; after a page of many facts,
// twice as many files as facts: far behind, most of what is open fits, and little is read
// again.
const shelfSize = 4096

// NewShelf returns the shelf of a view.
func NewShelf(folder *Folder, view string) *Shelf {
	return &Shelf{folder: folder, view: view, words: sync.OnceValue(func() *words { return wordsOf(folder) }), held: map[string]*holding{}}
}

// Table is the shelf's table.
func (s *Shelf) Table() string { return s.view + "_files" }

// fileForm goes up when the facts of an incident come to another file, so that every view
// with a shelf is folded anew. Of fields that come, go or change their type, the layout
// tells by itself.
const fileForm = "2"

// Schema is the DDL of the shelf's table. It names the reference data that files are made
// with, and the dictionary and the layout that they are read with.
func (s *Shelf) Schema() string {
	return "-- made with reference data " + s.folder.Version() + " in form " + fileForm + "\n-- words: " + s.words().sum() + ", layout: " + layout() + `
CREATE TABLE ` + s.Table() + ` (
	id   TEXT NOT NULL PRIMARY KEY,
	data BLOB NOT NULL
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
	if s.stands == 0 || page[0].Position != s.stands+1 {
		clear(s.held) // a transaction failed, or another runner was at work
	}
	s.stands = 0
	if err := s.folder.Reach(ctx, page[len(page)-1].Position); err != nil {
		return err
	}
	if err := s.load(ctx, tx, page); err != nil {
		return err
	}
	s.page++
	events := decoding(page)
	defer events.stop()
	touched := map[string]bool{}
	for i, r := range page {
		if r.Stream.Category() != Category {
			continue
		}
		e, err := events.at(i)
		if err != nil {
			return &projections.FoldError{View: s.view, Position: r.Position, Err: err}
		}
		id := r.Stream.ID()
		h := s.held[id]
		if h == nil {
			h = &holding{}
			s.held[id] = h
		}
		before := h.File
		after := s.folder.Evolve(before, r, e)
		h.File, h.page, touched[id] = after, s.page, true
		if err := see(Step{r, e, before, after}); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, touched); err != nil {
		return err
	}
	s.forget(max(shelfSize, 2*len(page)))
	s.stands = page[len(page)-1].Position
	return nil
}

// forget lets go of the files that were needed longest ago, until about so many are left.
func (s *Shelf) forget(most int) {
	for keep := s.page - 8; len(s.held) > most && keep < s.page; keep++ {
		maps.DeleteFunc(s.held, func(_ string, h *holding) bool { return h.page <= keep })
	}
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
	return s.read(ctx, tx, slices.Sorted(maps.Keys(missing)), func(id string, f File) { s.held[id] = &holding{f, s.page} })
}

func (s *Shelf) read(ctx context.Context, tx *sql.Tx, ids []string, take func(id string, f File)) error {
	return projections.Each(ctx, tx, `SELECT id, data FROM `+s.Table()+` WHERE id IN ids`, ids, func(rows *sql.Rows) error {
		var id string
		var data []byte
		if err := rows.Scan(&id, &data); err != nil {
			return err
		}
		f, err := s.words().unpack(data)
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
	ids := slices.Sorted(maps.Keys(touched))
	rows, words := make([][]any, len(ids)), s.words()
	sideBySide(len(ids), func(i int) { rows[i] = []any{ids[i], words.pack(&s.held[ids[i]].File)} })
	return projections.Bulk{
		Table: s.Table(), Columns: []string{"id", "data"}, Tail: "ON CONFLICT (id) DO UPDATE SET data = excluded.data",
	}.Write(ctx, tx, rows)
}
