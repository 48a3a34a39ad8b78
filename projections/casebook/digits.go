package casebook

import "github.com/RoaringBitmap/roaring/v2"

// digits keeps which rows' number has which three characters side by side. There are
// twelve of them: the digits, the hyphen, and what is neither or stands after the end.
type digits [12 * 12 * 12]posting

// eachTriple calls see for the triples of a number; the last ends beyond it.
func eachTriple(number string, see func(int)) {
	a, b := -1, -1
	for i := range len(number) + 1 {
		c := 0
		if i < len(number) {
			c = digitOf(number[i])
		}
		if a >= 0 {
			see((a*12+b)*12 + c)
		}
		a, b = b, c
	}
}

func digitOf(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return 1 + int(c-'0')
	case c == '-':
		return 11
	}
	return 0
}

func (d *digits) add(row uint32, number string) {
	eachTriple(number, func(x int) { d[x].add(row) })
}

func (d *digits) remove(row uint32, number string) {
	eachTriple(number, func(x int) { d[x].remove(row) })
}

// with returns the rows whose number has every triple of a word of digits and hyphens:
// those with the word itself, if it is of two or three characters; else some more.
func (d *digits) with(word string) *roaring.Bitmap {
	if len(word) == 2 {
		var rows []*roaring.Bitmap
		for c := range 12 {
			rows = append(rows, d[(digitOf(word[0])*12+digitOf(word[1]))*12+c].rows())
		}
		return either(rows...)
	}
	var each []*posting
	eachTriple(word, func(x int) { each = append(each, &d[x]) })
	return all(each[:len(each)-1]) // the last ends beyond the word
}

func (d *digits) trim() {
	for i := range d {
		d[i].trim()
	}
}
