package scenario_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A line of a story, read.
type line struct {
	number int // in its part, from 1
	text   string

	time    string // "09:00" or "2026-11-23 09:00"
	setting string // policy, calendar or posts
	who     string
	label   string // of the command, in Chinese
	command string // its name; "may" and "may not" list commands
	of      string // the incident
	fields  fields

	facts   []fact // → that follow
	refusal string // ✗
	nothing bool   // ∅
}

// says tells whether the story says what follows.
func (l line) says() bool { return len(l.facts) > 0 || l.refusal != "" || l.nothing }

// A fact that a story expects.
type fact struct {
	name   string
	fields fields
}

// fields are name=value pairs; bare words are fields without a value.
type fields map[string]string

var (
	clockLine   = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}$`)
	settingLine = regexp.MustCompile(`^(?:口径|日历|岗位) (policy|calendar|posts): (.+)$`)
	commandLine = regexp.MustCompile(`^(?:\[(\w+)\] )?([a-z0-9]+) (\p{Han}+) ([a-z-]+|may not)(?:: (.+))?$`)
)

// read reads the steps of a story.
func read(steps string) ([]line, error) {
	var lines []line
	for i, text := range strings.Split(steps, "\n") {
		text, _, _ = strings.Cut(text, "# ")
		indented := strings.HasPrefix(text, " ")
		text = strings.TrimSpace(text)
		fail := func(format string, args ...any) ([]line, error) {
			return nil, fmt.Errorf("line %d, %q: %s", i+1, text, fmt.Sprintf(format, args...))
		}
		switch {
		case text == "" || text == "#":
		case indented && len(lines) == 0:
			return fail("follows from nothing")
		case indented:
			if err := lines[len(lines)-1].follow(text); err != nil {
				return fail("%v", err)
			}
		default:
			l, err := readLine(text)
			if err != nil {
				return fail("%v", err)
			}
			l.number = i + 1
			lines = append(lines, l)
		}
	}
	return lines, nil
}

func readLine(text string) (line, error) {
	if clockLine.MatchString(text) {
		return line{text: text, time: text}, nil
	}
	if m := settingLine.FindStringSubmatch(text); m != nil {
		f, err := readFields(m[2])
		return line{text: text, setting: m[1], fields: f}, err
	}
	m := commandLine.FindStringSubmatch(text)
	if m == nil {
		return line{}, fmt.Errorf("is no step: who 标签 command: field=value …")
	}
	l := line{text: text, of: m[1], who: m[2], label: m[3], command: m[4]}
	if l.of == "" {
		l.of = "a"
	}
	var err error
	l.fields, err = readFields(m[5])
	return l, err
}

// follow reads what follows from a line.
func (l *line) follow(text string) error {
	mark, rest, _ := strings.Cut(text, " ")
	switch mark {
	case "→":
		name, pairs, _ := strings.Cut(rest, " ")
		f, err := readFields(pairs)
		l.facts = append(l.facts, fact{name, f})
		return err
	case "✗":
		l.refusal = rest
		return nil
	case "∅":
		l.nothing = true
		return nil
	}
	return fmt.Errorf("is none of → ✗ ∅")
}

var pair = regexp.MustCompile(`^\s*([\w.-]+)(?:=("[^"]*"|\S*))?`)

func readFields(text string) (fields, error) {
	f := fields{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		m := pair.FindStringSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("%q is no field=value", text)
		}
		if _, twice := f[m[1]]; twice {
			return nil, fmt.Errorf("%s is there twice", m[1])
		}
		f[m[1]] = strings.Trim(m[2], `"`)
		text = text[len(m[0]):]
	}
	return f, nil
}

// take returns a field, and strikes it out.
func (f fields) take(name string) string {
	v := f[name]
	delete(f, name)
	return v
}

// rest returns what nobody took.
func (f fields) rest() []string { return slices.Sorted(maps.Keys(f)) }
