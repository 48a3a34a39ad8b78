package sheets_test

import (
	"bytes"
	"os/exec"
	"slices"
	"testing"
	"unicode/utf8"

	"gridcommand/workflow/sheets"
)

// scalars returns every Unicode character but the end of a line.
func scalars() []rune {
	var all []rune
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if utf8.ValidRune(r) && r != '\n' {
			all = append(all, r)
		}
	}
	return all
}

// Every character is written as iconv writes it, byte for byte, and read back as itself.
// The 24 stand-ins for characters that were assigned since are the only ones that the
// iconv of glibc 2.36 has no code for (it follows the edition of 2005 with all 25
// assigned); of one that follows the edition of 2022, those may differ that the two
// editions write otherwise, and no others.
func TestGB18030IsWhatIconvWrites(t *testing.T) {
	all := scalars()
	var in bytes.Buffer
	for _, r := range all {
		in.WriteRune(r)
		in.WriteByte('\n')
	}
	iconv := exec.Command("iconv", "-c", "-f", "UTF-8", "-t", "GB18030")
	iconv.Stdin = &in
	out, err := iconv.Output()
	if err != nil && len(out) == 0 {
		t.Fatalf("iconv: %v", err)
	}
	want := bytes.Split(out, []byte("\n"))
	if len(want) != len(all)+1 {
		t.Fatalf("iconv wrote %d lines of %d", len(want), len(all))
	}
	codes := make(map[string]rune, len(all))
	var refused, other []rune
	for i, r := range all {
		code := sheets.ToGB18030(string(r))
		if was, twice := codes[string(code)]; twice {
			t.Fatalf("U+%04X and U+%04X are both written as %x", was, r, code)
		}
		codes[string(code)] = r
		if bytes.Equal(code, []byte("?")) && r != '?' {
			t.Fatalf("U+%04X is lost", r)
		}
		switch {
		case len(want[i]) == 0:
			refused = append(refused, r)
		case !bytes.Equal(code, want[i]):
			other = append(other, r)
		}
		if back, err := sheets.FromGB18030(code); err != nil || string(back) != string(r) {
			t.Fatalf("U+%04X is written as %x and read back as %q, %v", r, code, back, err)
		}
	}
	standIns := []rune{
		0xE78D, 0xE78E, 0xE78F, 0xE790, 0xE791, 0xE792, 0xE793, 0xE794, 0xE795, 0xE796, 0xE816, 0xE817, 0xE818, 0xE81E, 0xE826, 0xE82B, 0xE82C,
		0xE831, 0xE832, 0xE83B, 0xE843, 0xE854, 0xE855, 0xE864,
	}
	// In the edition of 2022 six stand-ins keep the two-byte codes.
	kept := []rune{0xE816, 0xE817, 0xE818, 0xE831, 0xE83B, 0xE855, '𠂇', '𠂉', '𠃌', '𡗗', '𢦏', '𤇾'}
	switch edition2022 := len(refused) == 0; {
	case edition2022 && slices.ContainsFunc(other, func(r rune) bool { return !slices.Contains(kept, r) }):
		t.Errorf("written otherwise than by an iconv of the edition of 2022: %U", other)
	case !edition2022 && (len(other) > 0 || !slices.Equal(refused, standIns)):
		t.Errorf("written otherwise than by iconv: %U; iconv has no code for %U", other, refused)
	}
	t.Logf("%d characters; iconv has no code for %d of them and writes %d otherwise", len(all), len(refused), len(other))
}

// A whole text is read as iconv reads it.
func TestATextOfAllCharactersGoesThroughIconv(t *testing.T) {
	var text []rune
	for _, r := range scalars() {
		if r < 0xE78D || r > 0xE864 { // but the stand-ins, and what lies between them
			text = append(text, r)
		}
	}
	iconv := exec.Command("iconv", "-f", "GB18030", "-t", "UTF-8")
	iconv.Stdin = bytes.NewReader(sheets.ToGB18030(string(text)))
	out, err := iconv.Output()
	if err != nil || string(out) != string(text) {
		t.Errorf("iconv reads %d bytes, %v", len(out), err)
	}
	if back, err := sheets.FromGB18030(sheets.ToGB18030(string(text))); err != nil || string(back) != string(text) {
		t.Errorf("read back as %d bytes, %v", len(back), err)
	}
}

func TestWhatIsNoTextIsNotLostSilently(t *testing.T) {
	if got := sheets.ToGB18030("a\xffb"); string(got) != "a\x84\x31\xa4\x37b" {
		t.Errorf("written as %x", got)
	}
}
