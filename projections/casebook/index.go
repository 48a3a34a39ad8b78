package casebook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// An index holds what the rows say, ready to be searched. Rows are numbered in the order
// of their incidents' first facts, so that what is reported later comes later.
type index struct {
	firsts  []int64  // row: position of the first fact
	words   []string // row: id, number and text, with tabs between
	facets  [facets]*facet
	reports *column[int64] // when reported
	updates *column[int64]
	dues    *column[int64]
	numbers *column[string]
	closed  []int64
	lng     []int32
	lat     []int32
	texts   grams // of descriptions and addresses
	digits  grams // of numbers
}

func newIndex() *index {
	x := &index{
		reports: &column[int64]{}, updates: &column[int64]{}, dues: &column[int64]{}, numbers: &column[string]{},
		texts: grams{}, digits: grams{},
	}
	for i := range x.facets {
		x.facets[i] = newFacet(many(i))
	}
	return x
}

// put takes the entry of the incident with this first fact. An incident that was not
// there comes after all that were. After the last put of many comes a settle.
func (x *index) put(first int64, e entry) error {
	at, known := x.row(first)
	row := uint32(at)
	if !known {
		if at < len(x.firsts) {
			return fmt.Errorf("casebook: the row of %d comes after that of %d", first, x.firsts[len(x.firsts)-1])
		}
		x.firsts, x.words = append(x.firsts, first), append(x.words, "")
		x.closed, x.lng, x.lat = append(x.closed, 0), append(x.lng, 0), append(x.lat, 0)
	}
	if _, number, text := x.said(row); !known || number != e.number || text != e.text {
		x.digits.remove(row, number)
		x.texts.remove(row, text)
		x.words[row] = e.id + "\t" + e.number + "\t" + e.text
		x.digits.add(row, e.number)
		x.texts.add(row, e.text)
		_, number, _ = x.said(row)
		x.numbers.put(row, number)
	}
	for i, f := range x.facets {
		f.put(row, e.facets[i])
	}
	x.reports.put(row, e.numbers[atReported])
	x.updates.put(row, e.numbers[atUpdated])
	x.dues.put(row, e.numbers[atDue])
	x.closed[row], x.lng[row], x.lat[row] = e.numbers[atClosed], int32(e.numbers[atLng]), int32(e.numbers[atLat])
	return nil
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
	id, rest, _ := strings.Cut(x.words[row], "\t")
	number, text, _ = strings.Cut(rest, "\t")
	return id, number, text
}

func (x *index) id(row uint32) string {
	id, _, _ := strings.Cut(x.words[row], "\t")
	return id
}

// A found set is what a query selects: the rows of a bitmap that pass a judge. Without
// a judge it is all of them.
type found struct {
	rows  *roaring.Bitmap
	judge func(row uint32) bool
}
