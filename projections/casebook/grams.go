package casebook

import (
	"slices"
	"unicode"

	"github.com/RoaringBitmap/roaring/v2"
)

// gram is two characters that stand side by side, as one number.
type gram uint64

// eachGram calls see for the grams of a folded text, in their order. A blank parts what
// stands on its sides.
func eachGram(text string, see func(gram)) {
	last := ' '
	for _, r := range text {
		if !unicode.IsSpace(r) && !unicode.IsSpace(last) {
			see(gram(last)<<21 | gram(r))
		}
		last = r
	}
}

// grams keeps which rows' text has which grams.
type grams struct {
	at       map[gram]uint32 // its posting
	postings []posting
}

func (g *grams) add(row uint32, text string) {
	eachGram(text, func(x gram) {
		i, known := g.at[x]
		if !known {
			i = uint32(len(g.postings))
			g.at[x], g.postings = i, append(g.postings, posting{})
		}
		g.postings[i].add(row)
	})
}

func (g *grams) remove(row uint32, text string) {
	eachGram(text, func(x gram) {
		if i, known := g.at[x]; known {
			g.postings[i].remove(row)
		}
	})
}

// with returns the rows whose text has every gram of a word: those with the word itself,
// if it is of two characters; else some more.
func (g *grams) with(word string) *roaring.Bitmap {
	var each []*posting
	missing := false
	eachGram(word, func(x gram) {
		if i, known := g.at[x]; known {
			each = append(each, &g.postings[i])
		} else {
			missing = true
		}
	})
	if missing {
		return none
	}
	return all(each)
}

// trim gives back what growing took too much.
func (g *grams) trim() {
	for i := range g.postings {
		g.postings[i].trim()
	}
}

// A posting is the rows with one gram. Most grams are rare: their rows are a plain list.
type posting struct {
	few  []uint32 // ascending; unless many
	many *roaring.Bitmap
}

// fewest is how many rows a posting lists plainly.
const fewest = 128

func (p *posting) add(row uint32) {
	if p.many != nil {
		p.many.Add(row)
		return
	}
	n := len(p.few)
	switch {
	case n > 0 && p.few[n-1] == row:
	case n == 0 || p.few[n-1] < row:
		p.few = append(p.few, row)
	default:
		if at, found := slices.BinarySearch(p.few, row); !found {
			p.few = slices.Insert(p.few, at, row)
		}
	}
	if len(p.few) > fewest {
		p.many, p.few = roaring.BitmapOf(p.few...), nil
	}
}

func (p *posting) remove(row uint32) {
	if p.many != nil {
		p.many.Remove(row)
		return
	}
	if at, found := slices.BinarySearch(p.few, row); found {
		p.few = slices.Delete(p.few, at, at+1)
	}
}

func (p *posting) trim() {
	if p.few = slices.Clone(p.few); p.many != nil {
		p.many = p.many.Clone()
	}
}

func (p *posting) size() int {
	if p.many != nil {
		return int(p.many.GetCardinality())
	}
	return len(p.few)
}

// rows returns the rows, not to be changed.
func (p *posting) rows() *roaring.Bitmap {
	if p.many != nil {
		return p.many
	}
	return roaring.BitmapOf(p.few...)
}

// all returns the rows that are in every posting, not to be changed.
func all(postings []*posting) *roaring.Bitmap {
	slices.SortFunc(postings, func(a, b *posting) int { return a.size() - b.size() })
	postings = slices.Compact(postings)
	var rows *roaring.Bitmap
	for i, p := range postings {
		switch {
		case i == 0:
			rows = p.rows()
		case rows.IsEmpty():
			return rows
		case i == 1:
			rows = roaring.And(rows, p.rows())
		default:
			rows.And(p.rows())
		}
	}
	return rows
}
