package casefile

import (
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
)

// Whole is a file within a file.
type Whole File

// Marshal returns f whole, with what its JSON hides. Equal files give equal bytes. They
// are of use to this version of the program only: see [Shelf.Schema].
func (f File) Marshal() ([]byte, error) { return noWords.pack(&f), nil }

// Unmarshal returns the file that [File.Marshal] made data of.
func Unmarshal(data []byte) (File, error) { return noWords.unpack(data) }

// wordsOf returns the texts that files are likely to hold: names and codes of the
// reference data that the ledger began with, and the program's own words.
func wordsOf(d *Folder) *words {
	ref := d.library.Of(0, time.Time{})
	list := own(ref)
	for _, u := range ref.Book.Units() {
		list = append(list, u.Code, u.Name, u.Area)
	}
	for _, m := range ref.Matters.Matters() {
		list = append(list, m.Key.Scheme, m.Key.Kind, m.Key.Code, m.Name, Matter{Scheme: m.Key.Scheme, Kind: m.Key.Kind, Code: m.Key.Code}.Key())
	}
	for _, c := range ref.Matters.Criteria() {
		list = append(list, c.ID, c.FilingCondition, c.ClosingCondition)
	}
	return newWords(list)
}

func own(ref *reference.Reference) []string {
	list := []string{
		"wgs84", "gcj02", "cgcs2000", "bd09", "working_days", "working_hours", "urgent_minutes", "urgent_hours", "natural_days",
		ref.Book.Version(), ref.Matters.Version(),
	}
	if ref.Days != nil {
		list = append(list, ref.Days.Version())
	}
	for _, s := range incident.Statuses {
		list = append(list, string(s))
	}
	for _, s := range incident.Stages {
		list = append(list, string(s))
	}
	for _, l := range []incident.Lamp{incident.Green, incident.Yellow, incident.Red, incident.Grey} {
		list = append(list, string(l))
	}
	for _, s := range incident.Sources {
		list = append(list, string(s))
	}
	for _, s := range incident.Severities {
		list = append(list, string(s))
	}
	for _, f := range incident.Flags {
		list = append(list, string(f))
	}
	for _, t := range jurisdiction.Tiers {
		list = append(list, string(t))
	}
	return list
}
