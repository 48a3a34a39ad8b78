package casebook

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gridcommand/projections/casefile"
)

// What is said of an incident in words: a row's facets, in the order of its entry.
const (
	byStatus = iota
	byStage
	byTier
	bySource
	byLamp
	byStreet
	byCommunity
	bySeen // several: the areas whose people may see it
	byHolder
	byReporter // the account that may see it for having reported it
	byMatter   // its key and its folded name
	byMark     // several: flags, marks, and the marks below
	byHeld     // several: units that ever had a hand in it and may see it
	facets
)

// many tells whether a row has several values of a facet.
func many(facet int) bool { return facet == bySeen || facet == byMark || facet == byHeld }

// What is true or not of an incident is a mark too, with a sign that no flag has.
const (
	markOverdue   = "=overdue"
	markAccepted  = "=accepted"
	markSuspended = "=suspended"
	markDifficult = "=difficult"
	markAsked     = "=asked" // something of it waits for a desk's word
)

// And in numbers: times as unix microseconds, and where it is.
const (
	atReported = iota
	atUpdated
	atDue    // when the first of its clocks runs out, or never
	atClosed // 0: it is not closed
	atLng    // in ten-millionths of a degree, or nowhere
	atLat
	numbers
)

// never is the due time of what will not break.
const never = math.MaxInt64

// degree is how coordinates are kept: as whole ten-millionths of a degree.
const degree = 1e7

// nowhere is the longitude and latitude of what is unplaced; no box reaches it.
const nowhere = math.MinInt32

// An entry is what lists filter, sort and search by, of one incident.
type entry struct {
	facets  [facets]string // several values with blanks between, sorted
	numbers [numbers]int64
	id      string
	number  string
	text    string // folded; empty of a confidential report
}

// entryOf returns the entry of f.
func entryOf(f casefile.File) entry {
	e := entry{id: f.ID, number: f.Number}
	e.facets = [facets]string{
		byStatus: string(f.Status), byTier: string(f.Tier), bySource: string(f.Source), byLamp: string(f.Lamp),
		byStreet: f.Street, byCommunity: f.Community, byReporter: f.SeenBy(),
		bySeen: several([]string{f.Seen.District, f.Seen.Street, f.Seen.Community}), byHeld: several(f.Holders()),
		byMark: several(marksOf(f)),
	}
	if f.Stage != nil {
		e.facets[byStage] = string(*f.Stage)
	}
	if f.Holder != nil {
		e.facets[byHolder] = f.Holder.Unit
	}
	if f.Matter != nil {
		e.facets[byMatter] = matterOf(f.Matter.Key(), fold(f.Matter.Name))
	}
	e.numbers = [numbers]int64{
		atReported: f.ReportedAt.UnixMicro(), atUpdated: f.UpdatedAt.UnixMicro(), atDue: breaks(f), atLng: nowhere, atLat: nowhere,
	}
	if f.ClosedAt != nil {
		e.numbers[atClosed] = f.ClosedAt.UnixMicro()
	}
	if p, ok := f.Point(); ok {
		e.numbers[atLng], e.numbers[atLat] = int64(math.Round(p.Lon()*degree)), int64(math.Round(p.Lat()*degree))
	}
	if !f.IsConfidential() {
		e.text = fold(f.Description) + "\n" + fold(f.Location.Address)
	}
	return e
}

// several joins values, sorted, so that equal sets are equal texts.
func several(values []string) string {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	slices.Sort(values)
	return strings.Join(slices.Compact(values), " ")
}

func marksOf(f casefile.File) []string {
	var marks []string
	for _, m := range slices.Concat(f.Flags, MarksOf(f)) {
		marks = append(marks, string(m))
	}
	for mark, set := range map[string]bool{
		markOverdue: f.Overdue, markAccepted: f.Accepted, markSuspended: f.Suspended, markDifficult: f.Difficult, markAsked: isAsked(f),
	} {
		if set {
			marks = append(marks, mark)
		}
	}
	return marks
}

// A matter as a facet's value is its key and its name, which words are looked for in.
// One whose name has changed is another value.
func matterOf(key, name string) string { return key + "|" + name }

func matterKey(value string) string  { key, _, _ := strings.Cut(value, "|"); return key }
func matterName(value string) string { _, name, _ := strings.Cut(value, "|"); return name }

// breaks is when the first of f's two clocks runs out. That of signing is none of
// them: what is not signed for in time counts as signed, and breaks nothing.
func breaks(f casefile.File) int64 {
	due := int64(never)
	for _, t := range []*time.Time{f.Due.Stage, f.Due.Total} {
		if t != nil {
			due = min(due, t.UnixMicro())
		}
	}
	return due
}

// line returns e as its row keeps it: the facets, the numbers, id, number and text, with
// tabs between.
func (e entry) line() string {
	var s strings.Builder
	for _, facet := range e.facets {
		s.WriteString(strings.ReplaceAll(facet, "\t", " "))
		s.WriteByte('\t')
	}
	for _, n := range e.numbers {
		s.WriteString(strconv.FormatInt(n, 10))
		s.WriteByte('\t')
	}
	s.WriteString(strings.ReplaceAll(e.id, "\t", " ") + "\t" + strings.ReplaceAll(e.number, "\t", " ") + "\t" + e.text)
	return s.String()
}

// parse reads what line wrote. The entry's texts are parts of s.
func (e *entry) parse(s string) (err error) {
	ok := true
	field := func() (f string) {
		var found bool
		f, s, found = strings.Cut(s, "\t")
		ok = ok && found
		return f
	}
	for i := range e.facets {
		e.facets[i] = field()
	}
	for i := range e.numbers {
		n, bad := strconv.ParseInt(field(), 10, 64)
		e.numbers[i], ok = n, ok && bad == nil
	}
	e.id, e.number, e.text = field(), field(), s
	if !ok {
		return fmt.Errorf("casebook: a row is no entry: %.60q", s)
	}
	return nil
}
