package reference

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/table"
)

// A Text is one sentence of the demonstration, for one matter or for any. In it
// stand {community}, {street}, {unit}, {other} and {date}, to be filled in.
type Text struct {
	Matter catalogue.Key // zero: any matter
	Text   string
}

// A Shift is when a kind of post is staffed.
type Shift struct{ Name, Text string }

// A Share is how many of a hundred reports come from a source.
type Share struct {
	Source  incident.Source
	Percent int
}

// Texts are the sentences and profiles of the demonstration, each list in the
// order of the table.
type Texts struct {
	Incidents    []Text
	Tickets      map[string][]Text // by ticket type: consult, complaint, report, help, suggestion, other
	Reasons      map[string][]Text // by return, escalate, extension, suspension, rework, decline, refute, appeal
	Results      []Text
	Replies      []Text
	Rulings      []Text
	Shifts       []Shift
	HourProfiles map[string][24]int // by source, or by matter prefix
	SourceShares []Share
}

// ReasonsFor returns the reasons of a kind that fit a matter: its own where it has
// some, else those for any matter.
func (t *Texts) ReasonsFor(kind string, m catalogue.Key) []string {
	if own := of(t.Reasons[kind], m); len(own) > 0 && !m.IsZero() {
		return own
	}
	return of(t.Reasons[kind], catalogue.Key{})
}

// ResultsFor returns the handling results that fit a matter; nil: none is written.
func (t *Texts) ResultsFor(m catalogue.Key) []string { return of(t.Results, m) }

// IncidentsFor returns the descriptions that fit a matter; nil: none is written.
func (t *Texts) IncidentsFor(m catalogue.Key) []string { return of(t.Incidents, m) }

func of(list []Text, m catalogue.Key) []string {
	var texts []string
	for _, x := range list {
		if x.Matter == m {
			texts = append(texts, x.Text)
		}
	}
	return texts
}

// HoursOf returns the weights of the 24 hours in which such reports come: those of
// the longest matter prefix, else those of the source; false: none is written.
func (t *Texts) HoursOf(s incident.Source, m catalogue.Key) ([24]int, bool) {
	if !m.IsZero() {
		code := m.Prefixed()
		for n := len(code); n > 0; n-- {
			if hours, ok := t.HourProfiles[code[:n]]; ok {
				return hours, true
			}
		}
	}
	hours, ok := t.HourProfiles[string(s)]
	return hours, ok
}

// The kinds of text that other packages read from the same table.
var readElsewhere = []string{"criterion", "default_tier", "stage_default"}

// parseTexts reads the table of texts. A code that the catalogue does not know, and
// a kind that nobody reads, are faults.
func parseTexts(matters *catalogue.Catalogue, files ...io.Reader) (*Texts, error) {
	t := &Texts{Tickets: map[string][]Text{}, Reasons: map[string][]Text{}, HourProfiles: map[string][24]int{}}
	for _, r := range files {
		if err := t.read(matters, r); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// read adds the texts of a file.
func (t *Texts) read(matters *catalogue.Catalogue, r io.Reader) error {
	rows, faults := table.Read("texts", r, "kind", "matter_code", "text")
	for _, row := range rows {
		kind, code, text := row.Fields[0], row.Fields[1], row.Fields[2]
		if text == "" {
			faults.Add(row.Line, "text", "it is empty")
		}
		matter := func() Text {
			x := Text{Text: text}
			if code != "" {
				x.Matter = catalogue.ParsePrefixed(code)
				if _, known := matters.Matter(x.Matter); !known {
					faults.Add(row.Line, "matter_code", "there is no matter %s", code)
				}
			}
			return x
		}
		switch group, name, _ := strings.Cut(kind, "_"); {
		case slices.Contains(readElsewhere, kind):
		case kind == "incident":
			t.Incidents = append(t.Incidents, matter())
		case group == "ticket" && name != "":
			t.Tickets[name] = append(t.Tickets[name], matter())
		case group == "reason" && name != "":
			t.Reasons[name] = append(t.Reasons[name], matter())
		case kind == "result":
			t.Results = append(t.Results, matter())
		case kind == "reply":
			t.Replies = append(t.Replies, matter())
		case kind == "ruling":
			t.Rulings = append(t.Rulings, matter())
		case kind == "shift":
			t.Shifts = append(t.Shifts, Shift{Name: code, Text: text})
		case kind == "hour_profile":
			t.HourProfiles[code] = hours(faults, row)
		case kind == "source_share":
			percent, err := strconv.Atoi(text)
			if err != nil || !slices.Contains(incident.Sources, incident.Source(code)) {
				faults.Add(row.Line, "", "%q is no source and share", code+" "+text)
			}
			t.SourceShares = append(t.SourceShares, Share{Source: incident.Source(code), Percent: percent})
		default:
			faults.Add(row.Line, "kind", "%q is unknown", kind)
		}
	}
	return faults.Err()
}

// hours reads 24 weights, of which one at least counts.
func hours(faults *table.Faults, row table.Row) [24]int {
	var weights [24]int
	words, sum := strings.Fields(row.Fields[2]), 0
	if len(words) != len(weights) {
		faults.Add(row.Line, "text", "%d weights, not 24", len(words))
		return weights
	}
	for i, word := range words {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			faults.Add(row.Line, "text", "%q is not a weight", word)
		}
		weights[i] = n
		sum += n
	}
	if sum <= 0 {
		faults.Add(row.Line, "text", "no hour has weight")
	}
	return weights
}
