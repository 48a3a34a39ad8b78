package figures

import (
	"slices"

	"gridcommand/domain/incident"
)

// A Text is said in both languages.
type Text struct{ ZH, EN string }

// Kind is what an indicator is.
type Kind string

// The kinds.
const (
	Share Kind = "share"    // numerator / denominator
	Sum   Kind = "count"    // the numerator alone
	Lapse Kind = "duration" // median and 90th percentile of the runs that the numerator counts
	Per   Kind = "per"      // numerator by something that is no fact: grids, people, days
)

// Kinds holds every kind.
var Kinds = []Kind{Share, Sum, Lapse, Per}

// Sense is which way is better.
type Sense string

// The senses.
const (
	More    Sense = "more"
	Less    Sense = "less"
	Neither Sense = "none"
)

// Senses holds every sense.
var Senses = []Sense{More, Less, Neither}

// A Term is a figure that is added or taken away.
type Term struct {
	Figure Figure `json:"figure"`
	Sign   int64  `json:"sign"` // 1 or −1
}

// An Indicator is a number made of figures. Its code is the JSON name of the field of
// a row of statistics that holds it, with dots between names where it lies deeper.
//
//	share = Σ sign × numerator / Σ sign × denominator, n/a where the denominator is 0
type Indicator struct {
	Code        string
	Name        Text
	Kind        Kind
	Numerator   []Term
	Denominator []Term
	Sense       Sense
	Formula     Text
	FallsOn     Text   // whose unit and person a figure counts for
	Lap         Lap    // the run that its on-time rate judges; empty: none
	Source      string // where the formula comes from: published, practice, decided
}

// Where formulas come from.
const (
	Published = "published" // a published text
	Practice  = "practice"  // practice of such systems
	Decided   = "decided"   // decided for this program
)

// Lap names a run whose length is kept: a stage's, the total's, until signing, a
// ticket's.
type Lap string

// The laps that are no stage's.
const (
	TotalLap   Lap = "total"
	SigningLap Lap = "signing"
)

// Laps holds every lap; a figure with a length has one.
var Laps = func() []Lap {
	var all []Lap
	for _, s := range incident.Stages {
		all = append(all, Lap(s))
	}
	return append(all, TotalLap, SigningLap, TicketLap, TicketContactLap)
}()

// LapOf returns the lap that a figure's minutes are of; empty: it has none.
func LapOf(f Figure) Lap { return lapOf[f] }

var lapOf = func() map[Figure]Lap {
	m := map[Figure]Lap{TotalOnTime: TotalLap, TotalLate: TotalLap, Signed: SigningLap}
	for _, s := range incident.Stages {
		m[OnTime(s)], m[Late(s)] = Lap(s), Lap(s)
	}
	for f, lap := range ticketLaps {
		m[f] = lap
	}
	return m
}()

// IndicatorOf returns the indicator with a code.
func IndicatorOf(code string) (Indicator, bool) {
	i := slices.IndexFunc(Indicators, func(x Indicator) bool { return x.Code == code })
	if i < 0 {
		return Indicator{}, false
	}
	return Indicators[i], true
}

// Weighable returns the codes that a weight of the evaluation may name: the shares of
// which more or less is better.
func Weighable() []string {
	var codes []string
	for _, i := range Indicators {
		if i.Sense != Neither && (i.Kind == Share || i.Code == PatrolCoverage) {
			codes = append(codes, i.Code)
		}
	}
	return codes
}

// Exempted returns terms as the reading "exempted" has them. What is exempt was neither
// late nor returned nor reworked: work done late that is exempt counts as on time; a
// deadline that passed and was never made good leaves the count.
func Exempted(terms []Term) []Term {
	var out []Term
	for _, t := range terms {
		out = append(out, t)
		if late, ok := lateOf[t.Figure]; ok {
			out = append(out, Term{Exempt(late), t.Sign})
		}
		if exemptible[t.Figure] {
			out = append(out, Term{Exempt(t.Figure), -t.Sign})
		}
	}
	return out
}

// Exemptions returns what upheld appeals changed of terms, each figure once.
func Exemptions(terms []Term) []Term {
	var out []Term
	for _, t := range Exempted(terms)[:] {
		if !slices.ContainsFunc(terms, func(x Term) bool { return x.Figure == t.Figure }) &&
			!slices.ContainsFunc(out, func(x Term) bool { return x.Figure == t.Figure }) {
			out = append(out, t)
		}
	}
	return out
}

// lateOf maps work on time to the work that an exemption adds to it.
var lateOf = func() map[Figure]Figure {
	m := map[Figure]Figure{TotalOnTime: TotalLate}
	for _, s := range incident.Stages {
		m[OnTime(s)] = Late(s)
	}
	return m
}()

// exemptible are the figures that an upheld appeal takes from.
var exemptible = func() map[Figure]bool {
	m := map[Figure]bool{TotalLate: true, TotalExpired: true, Returned: true, Reworked: true}
	for _, s := range incident.Stages {
		m[Late(s)], m[Expired(s)] = true, true
	}
	for _, c := range incident.ReturnCodes {
		m[ReturnedFor(c)] = true
	}
	return m
}()
