package whatif

import (
	"os"
	"regexp"
	"testing"
	"unicode"
)

// Every phrase that a difference is told in has an English one, with the same blanks.
func TestDifferencesAreToldInEnglishToo(t *testing.T) {
	text, err := os.ReadFile("why.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`//[^\n]*`).ReplaceAllString(string(text), "")
	found := 0
	blanks := regexp.MustCompile(`%[a-z]`)
	for _, m := range regexp.MustCompile(`"([^"\n]*[\p{Han}（），；＋][^"\n]*)"`).FindAllStringSubmatch(code, -1) {
		found++
		said, known := english[m[1]]
		if !known {
			t.Errorf("no English for %q", m[1])
		}
		if len(blanks.FindAllString(said, -1)) != len(blanks.FindAllString(m[1], -1)) {
			t.Errorf("%q and %q have other blanks", m[1], said)
		}
		for _, r := range said {
			if unicode.Is(unicode.Han, r) {
				t.Errorf("%q is not English", said)
			}
		}
	}
	if found < 70 {
		t.Errorf("only %d phrases were found", found)
	}
}
