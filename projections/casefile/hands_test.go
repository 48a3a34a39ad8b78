package casefile_test

import (
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// A suspension moves the limits of those who help and of those who are called, as the
// reader sees them too, and what the clocks stood at before.
func TestAPauseMovesTheLimitsBeside(t *testing.T) {
	const street, lead, helper, branch = "440114002", "440114002-S01", "440114002-S02", "440114002-B01"
	h := historytest.New(t, 1)
	h.Now = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	in := h.Case(shops, street+"002", nil)
	h.Must(in, street, "desk", incident.Dispatch{Unit: lead, Helpers: []incident.HelpWanted{
		{Unit: helper, Task: "协助清理", Limit: &deadline.Limit{N: 2, Unit: deadline.UrgentHours}},
	}})
	h.Must(in, street, "desk", incident.Call{Unit: branch, Task: "现场执法", Within: &deadline.Limit{N: 60, Unit: deadline.UrgentMinutes}})
	h.Must(in, lead, "hand", incident.RequestSuspension{Reason: "诉讼", Until: h.Now.AddDate(0, 1, 0)})
	read := func() casefile.File {
		t.Helper()
		f, err := historytest.Folder(t).Fold(h.Records())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	before := read()
	h.Now = h.Now.Add(30 * time.Minute)
	h.Must(in, street, "desk", incident.GrantSuspension{})
	if f := read(); f.Lamp != incident.Grey || f.Suspension == nil || !f.Suspension.From.Equal(h.Now) || f.Suspensions != 1 || f.Requests.Suspension != nil {
		t.Errorf("suspended: %s, %+v, %+v", f.Lamp, f.Suspension, f.Requests)
	}
	h.Now = h.Now.Add(3 * time.Hour)
	h.Must(in, lead, "hand", incident.Resume{})
	f := read()
	for what, due := range map[string][2]*time.Time{
		"the helper's": {before.Helpers[0].Due, f.Helpers[0].Due}, "the call's": {before.Calls[0].Due, f.Calls[0].Due},
	} {
		if moved := due[1].Sub(*due[0]); moved != 3*time.Hour {
			t.Errorf("%s limit moved by %s", what, moved)
		}
	}
	if f.Suspended || f.Suspension != nil || f.Lamp != incident.Green || f.Due.Stage.Equal(*before.Due.Stage) {
		t.Errorf("resumed: %s, due %s", f.Lamp, f.Due.Stage)
	}
}
