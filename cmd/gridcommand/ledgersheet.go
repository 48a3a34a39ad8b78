package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/text/width"

	"gridcommand/domain/deadline"
	"gridcommand/eventstore"
)

// narrowest is the least width that lines are cut to: narrower terminals wrap.
const narrowest = 60

// A factSheet writes facts, as JSON or in columns.
type factSheet struct {
	out     *bufio.Writer
	json    bool
	columns int  // of the terminal; 0: no line is cut
	whole   bool // all data of a fact, on lines of its own
	begun   bool
}

// terminal returns how wide the terminal is that Out writes to; false if it is none.
func (c *Console) terminal() (columns int, is bool) {
	file, ok := c.Out.(*os.File)
	if !ok {
		return 0, false
	}
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, false
	}
	if size.Col == 0 {
		return 80, true
	}
	return max(narrowest, int(size.Col)), true
}

// factSheet chooses how facts are written: columns for people, JSON for programs.
func (c *Console) factSheet(s Shape) *factSheet {
	columns, terminal := c.terminal()
	return &factSheet{out: bufio.NewWriter(c.Out), json: s.JSON || !terminal && !s.Columns, columns: columns}
}

func (s *factSheet) flush() error { return s.out.Flush() }

type factLine struct {
	Position eventstore.Position `json:"position"`
	Stream   eventstore.Stream   `json:"stream"`
	Version  eventstore.Version  `json:"version"`
	Type     string              `json:"type"`
	At       time.Time           `json:"at"`
	Actor    string              `json:"actor,omitempty"`
	Data     json.RawMessage     `json:"data"`
}

// The columns of a fact. What follows them is its data, as much as fits on the line.
const (
	columnLine   = "%9v  %-19v  %-28v  %-16v  %v"
	actorColumns = 16
)

// fact writes one fact. Telephone and identity numbers in its texts are masked.
func (s *factSheet) fact(r eventstore.Record) error {
	data := masked(r.Data)
	if s.json {
		return json.NewEncoder(s.out).Encode(factLine{r.Position, r.Stream, r.Version, r.Type, r.At, r.Meta.Actor, data})
	}
	if !s.begun {
		s.begun = true
		s.line(fmt.Sprintf(columnLine, "POSITION", "AT", "TYPE", "ACTOR", "STREAM, VERSION, DATA"))
	}
	tail := fmt.Sprintf("%s %d", r.Stream, r.Version)
	if !s.whole {
		tail += " " + oneLine(data)
	}
	actor := oneLine([]byte(r.Meta.Actor))
	if !s.whole {
		actor = fitting(actor, actorColumns)
	}
	line := fmt.Sprintf(columnLine, r.Position, r.At.In(deadline.CST).Format(time.DateTime), r.Type, actor, tail)
	if !s.whole {
		return s.line(line)
	}
	if _, err := fmt.Fprintln(s.out, strings.TrimRight(line, " ")); err != nil {
		return err
	}
	var pretty bytes.Buffer
	if json.Indent(&pretty, data, "           ", "  ") != nil {
		pretty.Write(data)
	}
	_, err := fmt.Fprintf(s.out, "           %s\n", plainly(pretty.String()))
	return err
}

// line writes one line, cut to the terminal's width.
func (s *factSheet) line(text string) error {
	if s.columns > 0 {
		text = fitting(text, s.columns)
	}
	_, err := fmt.Fprintln(s.out, strings.TrimRight(text, " "))
	return err
}

// fitting is as much of text as fits into columns; a Chinese character takes two.
func fitting(text string, columns int) string {
	used := 0
	for i, r := range text {
		wide := 1
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			wide = 2
		}
		if used+wide > columns-1 && i+len(string(r)) < len(text) || used+wide > columns {
			return text[:i] + "…"
		}
		used += wide
	}
	return text
}

func oneLine(data []byte) string {
	return strings.Join(strings.Fields(plainly(string(data))), " ")
}

// plainly leaves out what would steer a terminal or turn its text around.
func plainly(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '·'
		}
		return r
	}, text)
}

// Numbers of people, as they appear in texts: mobile telephones and identity cards.
var personal = regexp.MustCompile(`(^|[^0-9A-Za-z_.:-])(1[3-9]\d)\d{4}(\d{4})($|[^0-9A-Za-z_-])|(^|[^0-9A-Za-z_.:-])(\d{6})\d{8}(\d{3}[0-9Xx])($|[^0-9A-Za-z_-])`)

// masked is data with the numbers of people in its texts masked, as they are in lists.
// Names and telephones of callers are not in the ledger at all.
func masked(data []byte) []byte {
	if !personal.Match(data) {
		return data
	}
	var out bytes.Buffer
	for len(data) > 0 {
		begin := bytes.IndexByte(data, '"')
		if begin < 0 {
			break
		}
		end := begin + 1
		for end < len(data) && data[end] != '"' {
			if data[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end, len(data))
		out.Write(data[:begin+1])
		text := data[begin+1 : end]
		for range 2 { // neighbours share what lies between them
			text = personal.ReplaceAll(text, []byte("$1$5$2$6****$3$7$4$8"))
		}
		out.Write(text)
		data = data[end:]
		if len(data) > 0 {
			out.WriteByte('"')
			data = data[1:]
		}
	}
	out.Write(data)
	return out.Bytes()
}
