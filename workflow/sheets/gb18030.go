package sheets

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// GB 18030 gives every Unicode character a code of one, two or four bytes, and no two
// characters the same:
//
//	00–7F                    one byte
//	81–FE 40–7E, 80–FE       two bytes
//	81–FE 30–39 81–FE 30–39  four bytes
//
// The library at hand follows an old edition and leaves the two-byte codes for private
// use unread. What it gets otherwise than the C library's iconv, which follows the
// edition of 2005 with the characters assigned since, stands in the two tables here.

// lots are the two-byte codes for private use, in runs: of a lead byte's row, from one
// trail byte on, so many characters from one on.
var lots = func() []lot {
	var all []lot
	// The three areas that are the user's own.
	area := func(lead, last, from, to byte, r rune) {
		for ; lead <= last; lead++ {
			for b, end := from, min(to, 0x7E); b <= end; {
				all = append(all, lot{lead, b, int(end-b) + 1, r})
				r += rune(end-b) + 1
				if end == to {
					break
				}
				b, end = max(from, 0x80), to
			}
		}
	}
	half := func(lead, last byte, r rune) { // A1–FE
		for ; lead <= last; lead, r = lead+1, r+94 {
			all = append(all, lot{lead, 0xA1, 94, r})
		}
	}
	half(0xAA, 0xAF, 0xE000)
	half(0xF8, 0xFE, 0xE234)
	area(0xA1, 0xA7, 0x40, 0xA0, 0xE4C6)
	// What the rows of symbols leave free.
	return append(all,
		lot{0xA2, 0xAB, 6, 0xE766}, lot{0xA2, 0xE4, 1, 0xE76D}, lot{0xA2, 0xEF, 2, 0xE76E}, lot{0xA2, 0xFD, 2, 0xE770},
		lot{0xA4, 0xF4, 11, 0xE772}, lot{0xA5, 0xF7, 8, 0xE77D}, lot{0xA6, 0xB9, 8, 0xE785}, lot{0xA6, 0xF6, 9, 0xE797},
		lot{0xA7, 0xC2, 15, 0xE7A0}, lot{0xA7, 0xF2, 13, 0xE7AF}, lot{0xA8, 0x96, 11, 0xE7BC}, lot{0xA8, 0xC1, 4, 0xE7C9},
		lot{0xA8, 0xEA, 21, 0xE7CD}, lot{0xA9, 0x58, 1, 0xE7E2}, lot{0xA9, 0x5B, 1, 0xE7E3}, lot{0xA9, 0x5D, 3, 0xE7E4},
		lot{0xA9, 0x97, 13, 0xE7F4}, lot{0xA9, 0xF0, 15, 0xE801}, lot{0xD7, 0xFA, 5, 0xE810},
	)
}()

type lot struct {
	lead, from byte
	n          int
	first      rune
}

// assigned are characters that had no code point once, so that one for private use
// stood in for them. Each has the two-byte code; its stand-in has the four-byte code
// that the character's code point would have by reckoning, as the edition of 2022 has
// it for most.
var assigned = []struct {
	code     [2]byte
	is, once rune
}{
	{[2]byte{0xA6, 0xD9}, '︐', 0xE78D},
	{[2]byte{0xA6, 0xDA}, '︒', 0xE78E},
	{[2]byte{0xA6, 0xDB}, '︑', 0xE78F},
	{[2]byte{0xA6, 0xDC}, '︓', 0xE790},
	{[2]byte{0xA6, 0xDD}, '︔', 0xE791},
	{[2]byte{0xA6, 0xDE}, '︕', 0xE792},
	{[2]byte{0xA6, 0xDF}, '︖', 0xE793},
	{[2]byte{0xA6, 0xEC}, '︗', 0xE794},
	{[2]byte{0xA6, 0xED}, '︘', 0xE795},
	{[2]byte{0xA6, 0xF3}, '︙', 0xE796},
	{[2]byte{0xA8, 0xBC}, 'ḿ', 0xE7C7},
	{[2]byte{0xFE, 0x51}, '𠂇', 0xE816},
	{[2]byte{0xFE, 0x52}, '𠂉', 0xE817},
	{[2]byte{0xFE, 0x53}, '𠃌', 0xE818},
	{[2]byte{0xFE, 0x59}, '龴', 0xE81E},
	{[2]byte{0xFE, 0x61}, '龵', 0xE826},
	{[2]byte{0xFE, 0x66}, '龶', 0xE82B},
	{[2]byte{0xFE, 0x67}, '龷', 0xE82C},
	{[2]byte{0xFE, 0x6C}, '𡗗', 0xE831},
	{[2]byte{0xFE, 0x6D}, '龸', 0xE832},
	{[2]byte{0xFE, 0x76}, '𢦏', 0xE83B},
	{[2]byte{0xFE, 0x7E}, '龹', 0xE843},
	{[2]byte{0xFE, 0x90}, '龺', 0xE854},
	{[2]byte{0xFE, 0x91}, '𤇾', 0xE855},
	{[2]byte{0xFE, 0xA0}, '龻', 0xE864},
}

// reads and writes are both tables, by code and by character; standsFor says what a
// stand-in stands for.
var reads, writes, standsFor = func() (map[string]rune, map[rune]string, map[rune]rune) {
	reads, writes, standsFor := map[string]rune{}, map[rune]string{}, map[rune]rune{}
	put := func(code string, r rune) { reads[code], writes[r] = r, code }
	for _, l := range lots {
		for i := range l.n {
			put(string([]byte{l.lead, l.from + byte(i)}), l.first+rune(i))
		}
	}
	for _, a := range assigned {
		long, err := simplifiedchinese.GB18030.NewEncoder().String(string(a.is))
		if err != nil {
			panic(err) // every character has a code
		}
		put(string(a.code[:]), a.is)
		put(long, a.once)
		standsFor[a.once] = a.is
	}
	return reads, writes, standsFor
}()

// ToGB18030 encodes a text. Every character has a code of its own; what is no text at
// all comes out as that of U+FFFD.
func ToGB18030(text string) []byte {
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	out := make([]byte, 0, len(text))
	encode := func(s string) {
		code, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			panic(err) // every character has a code
		}
		out = append(out, code...)
	}
	from := 0
	for i, r := range text {
		if r < 0x1E3F {
			continue // the least that is otherwise
		}
		if code, ok := writes[r]; ok {
			if from < i {
				encode(text[from:i])
			}
			out, from = append(out, code...), i+utf8.RuneLen(r)
		}
	}
	if from < len(text) {
		encode(text[from:])
	}
	return out
}

// FromGB18030 decodes a text; what cannot be read comes out as U+FFFD.
func FromGB18030(data []byte) ([]byte, error) {
	var out []byte
	from := 0
	flush := func(to int) error {
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data[from:to])
		out = append(out, text...)
		return err
	}
	for i := 0; i < len(data); {
		n := 1
		switch lead := data[i]; {
		case lead < 0x80 || i+1 == len(data):
		case data[i+1] >= 0x30 && data[i+1] <= 0x39:
			n = min(4, len(data)-i)
		default:
			n = 2
		}
		if r, ok := reads[string(data[i:i+n])]; ok {
			if err := flush(i); err != nil {
				return nil, err
			}
			out = utf8.AppendRune(out, r)
			from = i + n
		}
		i += n
	}
	err := flush(len(data))
	return out, err
}

// plainText gives characters for private use no meaning: those that stood in for
// others become the others, and the rest cannot be read.
func plainText(r rune) rune {
	if r < 0xE000 || r > 0xF8FF {
		return r
	}
	if is, ok := standsFor[r]; ok {
		return is
	}
	return utf8.RuneError
}
