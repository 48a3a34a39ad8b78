package casebook

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// An index holds what the rows say, ready to be searched. Rows are numbered in the order
// of their incidents' first facts, so that what is reported later comes later.
type index struct {
	firsts  []int64  // row: position of the first fact
	words   []string // row: text, number and id, with tabs between
	facets  [facets]*facet
	reports *column[int64] // when reported
	updates *column[int64]
	dues    *column[int64]
	numbers *column[string]
	closed  []int64
	lng     []int32
	lat     []int32
	texts   grams  // of descriptions and addresses
	digits  digits // of numbers
}

func newIndex() *index {
	x := &index{
		reports: &column[int64]{}, updates: &column[int64]{}, dues: &column[int64]{}, numbers: &column[string]{},
		texts: grams{at: map[gram]uint32{}},
	}
	for i := range x.facets {
		x.facets[i] = newFacet(many(i))
	}
	return x
}

// A row is an incident's entry, and its first fact.
type row struct {
	first int64
	entry
}

// put takes rows in the order of their first facts. An incident that was not there comes
// after all that were. After the last put comes a settle.
func (x *index) put(batch []row) error {
	at := make([]uint32, len(batch))
	for i, r := range batch {
		n, known := x.row(r.first)
		if !known {
			if n < len(x.firsts) {
				return fmt.Errorf("casebook: the row of %d comes after that of %d", r.first, x.firsts[len(x.firsts)-1])
			}
			x.firsts, x.words = append(x.firsts, r.first), append(x.words, "")
			x.closed, x.lng, x.lat = append(x.closed, 0), append(x.lng, 0), append(x.lat, 0)
		}
		at[i] = uint32(n)
	}
	var words sync.WaitGroup // are most of the work, and apart from the rest
	words.Go(func() { x.say(at, batch) })
	for i := range batch {
		x.mark(at[i], &batch[i].entry)
	}
	words.Wait()
	return nil
}

// say takes the words of rows, where they are others than before. What rows of one batch
// say is kept as parts of one text: a million small ones would keep the garbage
// collector busy.
func (x *index) say(at []uint32, batch []row) {
	var news []int
	size := 0
	for i, row := range at {
		e := &batch[i].entry
		id, number, text := x.said(row)
		if id == e.id && number == e.number && text == e.text {
			continue
		}
		x.digits.remove(row, number)
		x.texts.remove(row, text)
		news, size = append(news, i), size+len(e.id)+len(e.number)+len(e.text)+2
	}
	var all strings.Builder
	all.Grow(size)
	for _, i := range news {
		e, from := &batch[i].entry, all.Len()
		all.WriteString(e.text + "\t" + e.number + "\t" + e.id)
		row := at[i]
		x.words[row] = all.String()[from:]
		_, number, text := x.said(row)
		x.digits.add(row, number)
		x.texts.add(row, text)
		x.numbers.put(row, number)
	}
}

// mark takes all of a row but its words.
func (x *index) mark(row uint32, e *entry) {
	for i, f := range x.facets {
		f.put(row, e.facets[i])
	}
	x.reports.put(row, e.numbers[atReported])
	x.updates.put(row, e.numbers[atUpdated])
	x.dues.put(row, e.numbers[atDue])
	x.closed[row], x.lng[row], x.lat[row] = e.numbers[atClosed], int32(e.numbers[atLng]), int32(e.numbers[atLat])
}

// row returns which row the incident with this first fact has, or would have.
func (x *index) row(first int64) (at int, known bool) {
	if n := len(x.firsts); n == 0 || x.firsts[n-1] < first {
		return n, false
	}
	return slices.BinarySearch(x.firsts, first)
}

// trim gives back what growing took too much.
func (x *index) trim() {
	x.texts.trim()
	x.digits.trim()
}

// settle is called when rows were put.
func (x *index) settle() {
	x.reports.settle()
	x.updates.settle()
	x.dues.settle()
	x.numbers.settle()
}

// said returns the words of a row.
func (x *index) said(row uint32) (id, number, text string) {
	text, rest, _ := strings.Cut(x.words[row], "\t")
	number, id, _ = strings.Cut(rest, "\t")
	return id, number, text
}

func (x *index) id(row uint32) string {
	words := x.words[row]
	return words[strings.LastIndexByte(words, '\t')+1:]
}

// writes tells whether a row's text has a word.
func (x *index) writes(row uint32, w string) bool {
	words := x.words[row]
	at := strings.Index(words, w)
	return at >= 0 && strings.IndexByte(words[:at], '\t') < 0 // not in number or id
}

// A found set is what a query selects: the rows of a bitmap that pass a judge. Without
// a judge it is all of them.
type found struct {
	rows  *roaring.Bitmap
	judge func(row uint32) bool
}
