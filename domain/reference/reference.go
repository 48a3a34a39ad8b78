// Package reference holds the data the district starts from.
package reference

import (
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Reference is everything a rule looks up.
type Reference struct {
	Book    *jurisdiction.Book
	Matters *catalogue.Catalogue
	Days    *deadline.Calendar
	Policy  *incident.Policy
	Texts   *Texts
}

// A Text is one sentence of the demonstration, for one matter or for any.
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

// Texts are the sentences and profiles of the demonstration.
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

// ReasonsFor returns the reasons of a kind that fit a matter: its own, then those for any.
func (t *Texts) ReasonsFor(kind string, m catalogue.Key) []string { panic("soon") }

// ResultsFor returns handling results that fit a matter; none: nil.
func (t *Texts) ResultsFor(m catalogue.Key) []string { panic("soon") }

// HoursOf returns the 24 hourly weights of reports: the longest matter prefix's, else the source's.
func (t *Texts) HoursOf(s incident.Source, m catalogue.Key) ([24]int, bool) { panic("soon") }

// Load reads the built-in data.
func Load() (*Reference, error) { panic("soon") }
