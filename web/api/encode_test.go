package api

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"gridcommand/projections/tally"
)

// Statistics are written as encoding/json writes them.
func TestStatisticsAreWrittenAsJSONHasThem(t *testing.T) {
	about := Counted{By: "street", Reading: "both", Ground: "was", From: time.Unix(0, 0).UTC(), To: time.Unix(86400, 0).UTC(), Position: 7}
	for _, s := range []Statistics{
		{Counted: about},
		{Items: []tally.Row{}, Counted: about},
		{Items: []tally.Row{{Key: "440114001", Name: "新华街道 & <co>"}, {Key: "440114002", YearAgo: &tally.Row{Reported: 3}}}, Total: tally.Row{Reported: 9}, Counted: about},
	} {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		s.writeTo(&b)
		if got := b.String() + "\n"; got != want.String() {
			t.Errorf("written\n%s\nJSON has\n%s", got, want.String())
		}
	}
}
