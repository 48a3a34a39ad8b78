package tally

import (
	"maps"
	"time"

	"gridcommand/domain/incident"
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

// Row holds the indicators of one group, all counted within the period. Numbers
// are facts; "to be" numbers are what was judged, on time or not.
type Row struct {
	Key  string `json:"key"`  // the code of what the rows are grouped by; empty: outside every grid, or no matter said
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

	// Suspended is the stock at the end of the period (of each day, by day): how many
	// stand still, and since how many days on average; null: none does.
	Suspended     int64    `json:"suspended"`
	SuspendedDays *float64 `json:"suspended_days"`

	ReturnsByCode map[incident.ReturnCode]int64 `json:"returns_by_code"`
}

// Reading is how strictly the facts are read.
type Reading string

// The readings.
const (
	Fact     Reading = "fact"     // as they are
	Exempted Reading = "exempted" // less what upheld appeals took away
)

// read returns the figures as a reading has them. What is exempt was neither late nor
// returned nor reworked: work done late that is exempt counts as on time; a deadline
// that passed and was never made good leaves the count.
func (reading Reading) read(n map[figures.Figure]int64) map[figures.Figure]int64 {
	if reading != Exempted {
		return n
	}
	out := maps.Clone(n)
	move := func(onTime, late, expired figures.Figure) {
		out[onTime] += n[figures.Exempt(late)]
		out[late] -= n[figures.Exempt(late)]
		out[expired] -= n[figures.Exempt(expired)]
	}
	for _, s := range incident.Stages {
		move(figures.OnTime(s), figures.Late(s), figures.Expired(s))
	}
	move(figures.TotalOnTime, figures.TotalLate, figures.TotalExpired)
	out[figures.Returned] -= n[figures.Exempt(figures.Returned)]
	out[figures.Reworked] -= n[figures.Exempt(figures.Reworked)]
	for _, c := range incident.ReturnCodes {
		out[figures.ReturnedFor(c)] -= n[figures.Exempt(figures.ReturnedFor(c))]
	}
	return out
}

// stock is what was suspended at the end of a period.
type stock struct{ n, since int64 }

// rowOf reckons the indicators of one group from its figures, and from what was
// suspended at the end.
func rowOf(key, name string, n map[figures.Figure]int64, s stock, end time.Time) Row {
	onTime := func(s incident.Stage) int64 { return n[figures.OnTime(s)] }
	toBe := func(s incident.Stage) int64 { return n[figures.OnTime(s)] + n[figures.Expired(s)] }
	overdue, late := n[figures.Expired(incident.Handling)], n[figures.Late(incident.Handling)]
	r := Row{
		Key: key, Name: name,
		Reported: n[figures.Reported], Filed: n[figures.Filed], Declined: n[figures.Declined], Voided: n[figures.Voided],
		Dispatched: n[figures.Dispatched], Handled: n[figures.Handled], Closed: n[figures.Closed], Reopened: n[figures.Reopened],
		Escalated: n[figures.Escalated], Returns: n[figures.Returned], Reworks: n[figures.Reworked], Overdue: overdue,
		ToBeVerified: toBe(incident.Verifying), ToBeDispatched: toBe(incident.Dispatching), ToBeHandled: toBe(incident.Handling),
		ToBeChecked: toBe(incident.Checking), ToBeClosed: n[figures.TotalOnTime] + n[figures.TotalExpired],
		Extensions: n[figures.Extended], Suspensions: n[figures.Suspended], Coordinated: n[figures.Coordinated],
		Merged: n[figures.Merged], Unmerged: n[figures.Unmerged], HandedOver: n[figures.HandedOver], Recurrences: n[figures.Recurred],
		Suspended: s.n, ReturnsByCode: map[incident.ReturnCode]int64{},
	}
	if s.n > 0 {
		days := (float64(end.Unix()) - float64(s.since)/float64(s.n)) / (24 * 60 * 60)
		r.SuspendedDays = &days
	}
	r.VerifiedOnTime = ratio(onTime(incident.Verifying), r.ToBeVerified)
	r.FiledOnTime = ratio(n[figures.FiledOnTime], r.Filed)
	r.AccurateFiling = ratio(r.Filed-n[figures.VoidedFiled], r.Filed)
	r.DispatchedOnTime = ratio(onTime(incident.Dispatching), r.ToBeDispatched)
	r.AccurateDispatch = ratio(n[figures.Dispatches]-n[figures.Misdispatched], n[figures.Dispatches])
	r.SignedOnTime = ratio(n[figures.SignedOnTime], r.Dispatched)
	r.HandledRate = ratio(onTime(incident.Handling)+late, r.ToBeHandled)
	r.HandledOnTime = ratio(onTime(incident.Handling), r.ToBeHandled)
	r.OverdueUnhandled = ratio(overdue-late, r.ToBeHandled)
	r.CheckedOnTime = ratio(onTime(incident.Checking), r.ToBeChecked)
	r.Rework = ratio(r.Reworks, r.ToBeClosed)
	r.ClosedRate = ratio(n[figures.TotalOnTime]+n[figures.TotalLate], r.ToBeClosed)
	r.ClosedOnTime = ratio(n[figures.TotalOnTime], r.ToBeClosed)
	r.ReturnRate = ratio(r.Returns, r.Dispatched)
	r.ValidReports = ratio(n[figures.FiledInspector], n[figures.ReportedInspector])
	r.FoundByOurselves = ratio(n[figures.ReportedInspector], n[figures.ReportedInspector]+n[figures.ReportedPublic])
	r.Extension = ratio(r.Extensions, r.ToBeHandled)
	r.Recurrence = ratio(r.Recurrences, r.Closed)
	r.FalseHandling = ratio(n[figures.False], n[figures.SpotChecked])
	r.Satisfaction = ratio(n[figures.Satisfied], n[figures.Rated])
	for _, c := range incident.ReturnCodes {
		r.ReturnsByCode[c] = n[figures.ReturnedFor(c)]
	}
	return r
}
