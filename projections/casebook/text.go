package casebook

import (
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
