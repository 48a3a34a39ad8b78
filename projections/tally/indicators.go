package tally

import (
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

	ReturnsByCode map[incident.ReturnCode]int64 `json:"returns_by_code"`
}

// rowOf reckons the indicators of one group from its figures.
func rowOf(key, name string, n map[figures.Figure]int64) Row {
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
		ReturnsByCode: map[incident.ReturnCode]int64{},
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
	for _, c := range incident.ReturnCodes {
		r.ReturnsByCode[c] = n[figures.ReturnedFor(c)]
	}
	return r
}
