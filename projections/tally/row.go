package tally

import (
	"reflect"
	"strings"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
	"gridcommand/projections/figures"
)

// A Ratio is a numerator, its denominator and their quotient.
type Ratio struct {
	N    int64    `json:"n"`
	D    int64    `json:"d"`
	Rate *float64 `json:"rate"` // null: not applicable, D is 0
}

func ratio(n, d int64) Ratio {
	r := Ratio{N: n, D: d}
	if d != 0 {
		rate := float64(n) / float64(d)
		r.Rate = &rate
	}
	return r
}

// A Duration is how long the runs took that were done in the period, in minutes. It is
// exact up to 128 minutes, and beyond within one percent.
type Duration struct {
	N         int64  `json:"n"`
	MedianMin *int64 `json:"median_min"` // null: none was done
	P90Min    *int64 `json:"p90_min"`
}

// Durations holds one for each lap.
type Durations struct {
	Verifying     Duration `json:"verifying"`
	Intake        Duration `json:"intake"`
	Dispatching   Duration `json:"dispatching"`
	Handling      Duration `json:"handling"`
	Coordinating  Duration `json:"coordinating"`
	Checking      Duration `json:"checking"`
	Closing       Duration `json:"closing"`
	Total         Duration `json:"total"`
	Signing       Duration `json:"signing"`
	Ticket        Duration `json:"ticket"`
	TicketContact Duration `json:"ticket_contact"`
}

// Row holds the indicators of one group, all counted within the period. Numbers
// are facts; "to be" numbers are what was judged, on time or not. What each field is
// made of says [figures.Indicators], by the field's JSON name.
type Row struct {
	Key  string `json:"key"`  // the code of what the rows are grouped by; empty: outside every grid, no matter said, nobody's
	Name string `json:"name"` // of a unit or matter; empty where the key is its own name

	Reported     int64 `json:"reported"`
	Filed        int64 `json:"filed"`
	Declined     int64 `json:"declined"`
	Voided       int64 `json:"voided"`
	Dispatched   int64 `json:"dispatched"` // to a handling unit
	Handled      int64 `json:"handled"`
	Closed       int64 `json:"closed"`
	Reopened     int64 `json:"reopened"`
	Escalated    int64 `json:"escalated"`
	Returns      int64 `json:"returns"`
	Reworks      int64 `json:"reworks"`
	Overdue      int64 `json:"overdue"` // handling deadlines that passed
	Extensions   int64 `json:"extensions"`
	Suspensions  int64 `json:"suspensions"`
	Coordinated  int64 `json:"coordinated"`
	Merged       int64 `json:"merged"` // as duplicates; they stay among the reported
	Unmerged     int64 `json:"unmerged"`
	HandedOver   int64 `json:"handed_over"`
	Recurrences  int64 `json:"recurrences"`
	Tickets      int64 `json:"tickets"` // of the hotline
	ToBeVerified int64 `json:"to_be_verified"`
	// ToBeDispatched and the rest: on time + expired.
	ToBeDispatched int64 `json:"to_be_dispatched"`
	ToBeHandled    int64 `json:"to_be_handled"`
	ToBeChecked    int64 `json:"to_be_checked"`
	ToBeClosed     int64 `json:"to_be_closed"`

	VerifiedOnTime   Ratio `json:"verified_on_time"`   // / to be verified
	FiledOnTime      Ratio `json:"filed_on_time"`      // / filed
	AccurateFiling   Ratio `json:"accurate_filing"`    // (filed − voided after filing) / filed
	DispatchedOnTime Ratio `json:"dispatched_on_time"` // / to be dispatched
	AccurateDispatch Ratio `json:"accurate_dispatch"`  // (dispatched − returned as misdispatched) / dispatched, by the desk that dispatched
	SignedOnTime     Ratio `json:"signed_on_time"`     // / dispatched
	HandledRate      Ratio `json:"handled_rate"`       // (on time + late) / to be handled
	HandledOnTime    Ratio `json:"handled_on_time"`    // / to be handled
	OverdueUnhandled Ratio `json:"overdue_unhandled"`  // (overdue − late) / to be handled
	CheckedOnTime    Ratio `json:"checked_on_time"`    // / to be checked
	Rework           Ratio `json:"rework"`             // reworks / to be closed
	ClosedRate       Ratio `json:"closed_rate"`        // (on time + late) / to be closed
	ClosedOnTime     Ratio `json:"closed_on_time"`     // / to be closed
	ReturnRate       Ratio `json:"return_rate"`        // returns / dispatched
	ValidReports     Ratio `json:"valid_reports"`      // filed / reported, by inspectors
	FoundByOurselves Ratio `json:"found_by_ourselves"` // inspectors' reports / inspectors', hotline's and citizens'
	Extension        Ratio `json:"extension"`          // extensions granted / to be handled
	Recurrence       Ratio `json:"recurrence"`         // recurrences / closed
	FalseHandling    Ratio `json:"false_handling"`     // found false / looked at after closing; no appeal exempts it
	Satisfaction     Ratio `json:"satisfaction"`       // rated 4 or 5 of 5 / rated

	TicketContactOnTime  Ratio `json:"ticket_contact_on_time"`  // / tickets whose caller was to be contacted
	TicketOnTime         Ratio `json:"ticket_on_time"`          // let out within the city's clock / to be answered
	TicketInternalOnTime Ratio `json:"ticket_internal_on_time"` // written within the internal limit / to be written
	TicketResponse       Ratio `json:"ticket_response"`         // responded to / tickets
	TicketResolved       Ratio `json:"ticket_resolved"`         // resolved / answered
	TicketSatisfied      Ratio `json:"ticket_satisfied"`        // satisfied / called back and reached
	TicketReturns        Ratio `json:"ticket_returns"`          // taken back by the city / tickets
	RepeatComplaints     Ratio `json:"repeat_complaints"`       // the same caller about the same again / tickets that are no consults

	// PatrolCoverage is the grids walked, summed over the days, by grids × days, up to the
	// day of the last fact. Not applicable but by place or time.
	PatrolCoverage Ratio    `json:"patrol_coverage"`
	PerGrid        *float64 `json:"per_grid"` // reported per base grid; null but for streets and communities
	Per10K         *float64 `json:"per_10k"`  // reported per 10,000 people; null but for streets

	Durations Durations `json:"durations"`

	// Suspended is the stock at the end of the period (of each day, by day): how many
	// stand still, and since how many days on average; null: none does.
	Suspended     int64    `json:"suspended"`
	SuspendedDays *float64 `json:"suspended_days"`

	ReturnsByCode map[incident.ReturnCode]int64 `json:"returns_by_code"`
	TicketsByType map[ticket.Type]int64         `json:"tickets_by_type"`

	// Score joins the weighted indicators that apply, 0 to 100, and Grade says what it is
	// worth; null: none applies.
	Score *float64 `json:"score"`
	Grade *string  `json:"grade"`

	Exempted *Row `json:"exempted"`  // the same, less what upheld appeals took away; null unless both readings are asked for
	YearAgo  *Row `json:"year_ago"`  // the same period a year before; null unless asked for
	MonthAgo *Row `json:"month_ago"` // the same period a month before; null unless asked for
}

// Reading is how strictly the facts are read.
type Reading string

// The readings.
const (
	Fact     Reading = "fact"     // as they are
	Exempted Reading = "exempted" // less what upheld appeals took away
	Both     Reading = "both"     // as they are, and beside them less what was taken away
)

// Readings holds every reading.
var Readings = []Reading{Fact, Exempted, Both}

// terms returns what a list of figures is in a reading.
func (reading Reading) terms(list []figures.Term) []figures.Term {
	if reading == Exempted {
		return figures.Exempted(list)
	}
	return list
}

// A plan is the catalogue laid out for reckoning: where each indicator's number goes in a
// row, and of which figures it is made in one reading.
type plan []step

type step struct {
	code  string
	kind  figures.Kind
	field []int
	key   string // in a map of counts; empty: none
	n, d  []figures.Term
}

var plans = map[Reading]plan{Fact: planOf(Fact), Exempted: planOf(Exempted)}

func planOf(reading Reading) plan {
	var p plan
	for _, i := range figures.Indicators {
		name, rest, _ := strings.Cut(i.Code, ".")
		f, ok := rowFields[name]
		if !ok {
			panic("tally: a row has no field " + name)
		}
		s := step{code: i.Code, kind: i.Kind, field: f.Index, n: reading.terms(i.Numerator), d: reading.terms(i.Denominator)}
		switch {
		case i.Kind == figures.Lapse:
			continue // see [laps]
		case i.Code == figures.SuspendedStock || i.Kind == figures.Per:
			continue // reckoned with more than figures
		case rest != "":
			s.key = rest
		}
		p = append(p, s)
	}
	return p
}

// laps are the fields of [Durations], in the order of [figures.Laps].
var laps = func() (list [][]int) {
	for _, lap := range figures.Laps {
		f, ok := fieldsOf(reflect.TypeFor[Durations]())[string(lap)]
		if !ok {
			panic("tally: no duration is of " + string(lap))
		}
		list = append(list, f.Index)
	}
	return list
}()

// rowFields are those of a row by their names in JSON. Every row of every answer looks
// some up.
var rowFields = fieldsOf(reflect.TypeFor[Row]())

func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	byName := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		byName[f.Tag.Get("json")] = f
	}
	return byName
}

// A group is what was counted for one row.
type group struct {
	sum   func(figures.Figure) int64
	laps  func(lap int) Duration // by place in [figures.Laps]; nil: none
	stock stock
	end   time.Time // when the stock is looked at

	walkable int64   // grids × days; 0: not applicable
	grids    int64   // 0: not applicable
	people   float64 // 0: not applicable
}

// stock is what was suspended at the end of a period.
type stock struct{ n, since int64 }

func (s stock) plus(t stock) stock { return stock{s.n + t.n, s.since + t.since} }

// rowOf reckons the indicators of one group in one reading.
func rowOf(key, name string, reading Reading, g group, weigh *reference.Evaluation) Row {
	r := Row{
		Key: key, Name: name, Suspended: g.stock.n,
		ReturnsByCode: make(map[incident.ReturnCode]int64, len(incident.ReturnCodes)), TicketsByType: make(map[ticket.Type]int64, len(ticket.Types)),
	}
	total := func(terms []figures.Term) (n int64) {
		for _, t := range terms {
			n += t.Sign * g.sum(t.Figure)
		}
		return n
	}
	v := reflect.ValueOf(&r).Elem()
	for _, s := range plans[reading] {
		switch field := v.FieldByIndex(s.field); {
		case s.kind == figures.Share:
			*field.Addr().Interface().(*Ratio) = ratio(total(s.n), total(s.d))
		case s.key == "":
			field.SetInt(total(s.n))
		case field.Type() == reflect.TypeFor[map[ticket.Type]int64]():
			r.TicketsByType[ticket.Type(s.key)] = total(s.n)
		default:
			r.ReturnsByCode[incident.ReturnCode(s.key)] = total(s.n)
		}
	}
	if g.walkable > 0 {
		r.PatrolCoverage = ratio(g.sum(figures.Walked), g.walkable)
	}
	if g.grids > 0 {
		r.PerGrid = new(float64(r.Reported) / float64(g.grids))
	}
	if g.people > 0 {
		r.Per10K = new(float64(r.Reported) / g.people * 10_000)
	}
	if g.stock.n > 0 {
		r.SuspendedDays = new((float64(g.end.Unix()) - float64(g.stock.since)/float64(g.stock.n)) / (24 * 60 * 60))
	}
	if g.laps != nil {
		d := reflect.ValueOf(&r.Durations).Elem()
		for i, field := range laps {
			*d.FieldByIndex(field).Addr().Interface().(*Duration) = g.laps(i)
		}
	}
	r.grade(weigh)
	return r
}

// senses are which way is better of each indicator that may be weighed.
var senses = func() map[string]figures.Sense {
	m := map[string]figures.Sense{}
	for _, code := range figures.Weighable() {
		i, _ := figures.IndicatorOf(code)
		m[code] = i.Sense
	}
	return m
}()

// grade weighs the indicators that apply: rates of which more is better as they are, the
// others by what is missing to all.
//
//	score = Σ weight × points / Σ weight;  points = 100 × rate, or 100 × (1 − rate)
func (r *Row) grade(e *reference.Evaluation) {
	if e == nil {
		return
	}
	var points, weights float64
	v := reflect.ValueOf(r).Elem()
	for _, w := range e.Weights {
		sense, ok := senses[w.Indicator]
		if !ok || w.Weight <= 0 {
			continue
		}
		x := v.FieldByIndex(rowFields[w.Indicator].Index).Addr().Interface().(*Ratio)
		if x.Rate == nil {
			continue
		}
		rate := min(max(*x.Rate, 0), 1)
		if sense == figures.Less {
			rate = 1 - rate
		}
		points += float64(w.Weight) * 100 * rate
		weights += float64(w.Weight)
	}
	if weights == 0 {
		return
	}
	r.Score = new(points / weights)
	r.Grade = new(e.Grade(*r.Score))
}
