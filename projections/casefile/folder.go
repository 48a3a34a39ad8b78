package casefile

import (
	"gridcommand/domain/catalogue"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
)

// A Folder folds facts into files. It knows the names of units and matters.
type Folder struct {
	book    *jurisdiction.Book
	matters *catalogue.Catalogue
}

// NewFolder returns a folder with the names of book and matters.
func NewFolder(book *jurisdiction.Book, matters *catalogue.Catalogue) *Folder {
	return &Folder{book: book, matters: matters}
}

// Apply returns f after one fact of its stream.
func (d *Folder) Apply(f File, r eventstore.Record) (File, error) { panic("soon") }

// Fold returns the file of one stream, from its facts in order.
func (d *Folder) Fold(records []eventstore.Record) (File, error) { panic("soon") }

// Keys returns the visibility keys of f.
func (f File) Keys() []string { panic("soon") }
