package casebook

import (
	"slices"
	"strings"
	"unicode"
)

// fold returns s as it is searched: Latin letters lower, full-width forms narrow,
// control characters blank, and 㘵 as 布, for the villages named with the rare
// character are mostly typed with the common one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '㘵':
			return '布'
		case r == '\u3000' || unicode.IsControl(r) || r == unicode.ReplacementChar:
			return ' '
		case r >= '\uff01' && r <= '\uff5e':
			r -= 0xfee0
		}
		return unicode.ToLower(r)
	}, s)
}

// gram is two characters that stand side by side, as one number.
type gram int64

// gramsOf returns the grams of a folded text, in order, each once. A blank parts
// what stands on its sides.
func gramsOf(text string) []gram {
	var grams []gram
	last := ' '
	for _, r := range text {
		if !unicode.IsSpace(r) && !unicode.IsSpace(last) {
			grams = append(grams, gram(last)<<21|gram(r))
		}
		last = r
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}

// likeness returns the LIKE pattern of texts that contain word.
func likeness(word string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + "%"
}
