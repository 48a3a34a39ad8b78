package reference

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
)

func TestFaultyTextsAreRefusedWithTheirLines(t *testing.T) {
	matters, err := catalogue.Parse("v", embedded("catalogue_gb47678_5"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"joke,,x": "line 2, kind", "ticket_,,x": "line 2, kind", "incident,99999,x": "line 2, matter_code", "incident,06010,": "line 2, text",
		"hour_profile,hotline,1 2 3": "line 2, text", "source_share,rumour,5": "line 2: ", "source_share,hotline,many": "line 2: ",
		"hour_profile,hotline,x 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1":   "line 2, text",
		"hour_profile,hotline,0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0":   "line 2, text",
		"hour_profile,hotline,-1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 10": "line 2, text",
	} {
		_, err := parseTexts(matters, strings.NewReader("kind,matter_code,text\n"+in+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v does not say %q", in, err, want)
		}
	}
}

func TestFaultyStageLimitsAreRefusedWithTheirLines(t *testing.T) {
	for in, want := range map[string]string{
		"stage_default,intake,soon":              "line 2, text",
		"stage_default,intake,0 working_hours":   "line 2, text",
		"stage_default,intake,1 working_weeks":   "line 2, text",
		"stage_default,handling,1 working_hours": "line 2, text",
		"stage_default,intake,1 working_hours\nstage_default,intake,1 working_hours；紧急 1 分钟": "line 3, matter_code",
	} {
		_, err := parseStageLimits(strings.NewReader("kind,matter_code,text\n" + in + "\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v does not say %q", in, err, want)
		}
	}
}

func TestAPolicyWithAnythingMissingIsRefused(t *testing.T) {
	limits, err := parseStageLimits(embedded("demo_texts"))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(embedded("policy"))
	if err != nil {
		t.Fatal(err)
	}
	whole := string(content)
	if _, err := parsePolicy("v", limits, strings.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	last := fmt.Sprintf("line %d", strings.Count(whole, "\n")+1)
	for in, want := range map[string]string{
		strings.Replace(whole, "warn_percent,80", "warn_percent,most", 1):  "line 2, value",
		strings.Replace(whole, "reopen_window,72h", "reopen_window,72", 1): "line 4, value",
		without(whole, "stand_in"): "stand_in is missing",
		strings.Replace(whole, "stand_in,5 working_days", "stand_in,5 d", 1):             "line 6, value",
		whole + "warn_percent,90,\n":                                                     last + ", name",
		whole + "colour,blue,\n":                                                         last + ", name",
		strings.Replace(whole, "return_review,off", "return_review,maybe", 1):            "value",
		strings.Replace(whole, "extension_ladder,desk", "extension_ladder,desk;king", 1): "value",
	} {
		if _, err := parsePolicy("v", limits, strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	_, err = parsePolicy("v", map[string]incident.StageLimit{"close": limits["close"]}, strings.NewReader(whole))
	for _, want := range []string{"no limit for stage verifying", "no limit for signing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// without returns the table without the row of that name.
func without(table, name string) string {
	var kept []string
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, name+",") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
