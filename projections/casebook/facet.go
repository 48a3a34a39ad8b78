package casebook

import (
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// A facet keeps, of one thing that is said of incidents in words, which rows have which
// value. What a row has, one value or several, is kept as the number of a set, of
// which there are few.
type facet struct {
	many   bool
	sets   map[string]uint32 // as entries write them
	each   [][]uint32        // set: its values
	of     []uint32          // row: its set
	values map[string]uint32
	names  []string          // value: as it is written
	rows   []*roaring.Bitmap // value: the rows that have it
}

func newFacet(many bool) *facet {
	return &facet{many: many, sets: map[string]uint32{}, values: map[string]uint32{}}
}

// put says what row has.
func (f *facet) put(row uint32, text string) {
	set, known := f.sets[text]
	if !known {
		set = f.learn(strings.Clone(text))
	}
	if int(row) == len(f.of) {
		f.of = append(f.of, set)
	} else {
		was := f.of[row]
		if was == set {
			return
		}
		for _, v := range f.each[was] {
			f.rows[v].Remove(row)
		}
		f.of[row] = set
	}
	for _, v := range f.each[set] {
		f.rows[v].Add(row)
	}
}

// learn takes a set that no row had.
func (f *facet) learn(text string) uint32 {
	words := []string{text}
	if f.many {
		words = strings.Fields(text)
	}
	each := make([]uint32, len(words))
	for i, w := range words {
		v, known := f.values[w]
		if !known {
			v = uint32(len(f.rows))
			f.values[w], f.names, f.rows = v, append(f.names, w), append(f.rows, roaring.New())
		}
		each[i] = v
	}
	set := uint32(len(f.each))
	f.sets[text], f.each = set, append(f.each, each)
	return set
}

// with returns the rows that have a value; the caller does not change them.
func (f *facet) with(value string) *roaring.Bitmap {
	if v, known := f.values[value]; known {
		return f.rows[v]
	}
	return none
}

// where returns the rows that have one of the values that fit.
func (f *facet) where(fits func(value string) bool) *roaring.Bitmap {
	var found []*roaring.Bitmap
	for v, name := range f.names {
		if fits(name) {
			found = append(found, f.rows[v])
		}
	}
	return either(found...)
}

// none holds no row. It is never changed.
var none = roaring.New()

// either returns the rows that are in any of these, not to be changed.
func either(sets ...*roaring.Bitmap) *roaring.Bitmap {
	switch len(sets) {
	case 0:
		return none
	case 1:
		return sets[0]
	}
	return roaring.FastOr(sets...)
}

// both returns the rows that are in all of these, not to be changed.
func both(sets ...*roaring.Bitmap) *roaring.Bitmap {
	if len(sets) == 1 {
		return sets[0]
	}
	return roaring.FastAnd(sets...)
}
