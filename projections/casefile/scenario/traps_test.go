package scenario_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Each of the twelve traps in docs/traps.md is kept by a test that is there.
func TestEveryTrapHasItsTest(t *testing.T) {
	const root = "../../../"
	text, err := os.ReadFile(root + "docs/traps.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := regexp.MustCompile("`([a-z/_]+\\.go)` (Test\\w+)")
	traps := 0
	for line := range strings.Lines(string(text)) {
		if !regexp.MustCompile(`^\| \d+ \|`).MatchString(line) {
			continue
		}
		traps++
		found := tests.FindAllStringSubmatch(line, -1)
		if len(found) == 0 {
			t.Errorf("no test is named in %s", line)
		}
		for _, m := range found {
			code, err := os.ReadFile(root + m[1])
			if err != nil || !strings.Contains(string(code), "func "+m[2]+"(t *testing.T)") {
				t.Errorf("%s has no %s: %v", m[1], m[2], err)
			}
		}
	}
	if traps != 12 {
		t.Errorf("%d traps are listed", traps)
	}
}
