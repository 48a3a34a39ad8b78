package api

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// The table as a file says what the page says: a line for each group and reading, the
// total last, nothing where nothing applies.
func TestStatisticsAsAFile(t *testing.T) {
	s := newSite(t)
	s.reported("inspector", nil)
	s.fold()
	const asked = "/statistics?by=source&reading=both&compare=month"
	page := s.get("district", asked).want(200)

	utf := s.get("district", asked+"&format=csv").want(200)
	text, found := strings.CutPrefix(string(utf.raw), "\ufeff")
	if !found {
		t.Error("no byte order mark")
	}
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	items := page.at("items").([]any)
	if want := 1 + 3*(len(items)+1); len(lines) != want {
		t.Fatalf("%d lines, want %d: a heading, and three readings of %d groups and the total", len(lines), want, len(items))
	}
	at := map[string]int{}
	for i, c := range statisticsColumns("source") {
		at[c.Name] = i
	}
	for i, item := range items {
		row, line := item.(map[string]any), lines[1+3*i]
		if line[0] != row["key"] || line[2] != "事实" || lines[2+3*i][2] != "剔除申诉" || lines[3+3*i][2] != "上月同期" {
			t.Errorf("line %q is of %v", line[:3], row["key"])
		}
		if got, want := line[at["reported"]], fmt.Sprint(row["reported"]); got != want {
			t.Errorf("%s reported, want %s", got, want)
		}
		handled := row["handled_on_time"].(map[string]any)
		if got, want := line[at["handled_on_time.d"]], fmt.Sprint(handled["d"]); got != want {
			t.Errorf("%s to be handled, want %s", got, want)
		}
		if got := line[at["handled_on_time"]]; handled["rate"] == nil && got != "" {
			t.Errorf("a rate that does not apply is %q", got)
		}
	}
	if last := lines[len(lines)-3]; last[1] != "合计" || last[at["reported"]] != "1" {
		t.Errorf("the total is %q", last[:5])
	}

	raw := s.get("district", asked+"&format=csv&encoding=gb18030").want(200).raw
	back, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || string(back) != text {
		t.Errorf("GB 18030 is another text (%v)", err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(s.get("district", asked+"&format=xlsx").want(200).raw))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("统计表")
	if err != nil || len(rows) < len(lines) {
		t.Errorf("the workbook has %d rows (%v), want at least %d", len(rows), err, len(lines))
	}
	s.get("screen", "/statistics?by=person&format=csv").refused(403, "role_may_not")
	s.get("district", "/statistics?format=pdf").refused(422, "invalid")
}
