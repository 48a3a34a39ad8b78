package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/rogpeppe/go-internal/txtar"

	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
)

// enough is how many stories there are at least.
const enough = 60

func TestTheStories(t *testing.T) {
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := &coverage{map[string]int{}, map[string]int{}, map[string]int{}}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			runStory(t, begin(ref, all), txtar.Parse(text))
		})
	}
	if t.Failed() || len(files) < enough {
		t.Fatalf("%d stories, or some are not true", len(files))
	}
	all.isWhole(t)
}

func runStory(t *testing.T, s *story, a *txtar.Archive) {
	t.Helper()
	title := string(a.Comment)
	if !strings.ContainsFunc(title, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !strings.ContainsFunc(title, func(r rune) bool { return r < 128 && unicode.IsLetter(r) }) {
		t.Errorf("the title is to be in Chinese and in English: %q", title)
	}
	rows := 0
	for _, part := range a.Files {
		name, label, _ := strings.Cut(part.Name, " ")
		switch name {
		case "steps":
			lines, err := read(string(part.Data))
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lines {
				if err := s.tell(l); err != nil {
					t.Fatalf("steps, line %d: %s\n\t%v", l.number, l.text, err)
				}
			}
		case "facts":
			if err := s.stored(string(part.Data)); err != nil {
				t.Fatalf("facts: %v", err)
			}
		case "row":
			if label == "" {
				label = "a"
			}
			rows++
			if err := s.rowIs(label, string(part.Data)); err != nil {
				t.Errorf("row %s: %v", label, err)
			}
		default:
			t.Fatalf("a story has no part %q", part.Name)
		}
	}
	if rows == 0 {
		t.Error("the story has no row")
	}
}

// isWhole fails unless every command was given and refused, and every fact came true.
func (c *coverage) isWhole(t *testing.T) {
	t.Helper()
	for _, command := range incident.Commands {
		name := command.Name()
		if c.accepted[name] == 0 {
			t.Errorf("no story tells of %s (%s) that is accepted", name, incident.Label(name))
		}
		if c.refused[name] == 0 {
			t.Errorf("no story tells of %s (%s) that is refused", name, incident.Label(name))
		}
	}
	for _, e := range incident.Events {
		name, _, err := incident.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if c.facts[name] == 0 {
			t.Errorf("no story tells of the fact %s", name)
		}
	}
}
