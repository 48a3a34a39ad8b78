package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gridcommand/eventstore"
)

func TestNumbersOfPeopleAreMaskedInTexts(t *testing.T) {
	for have, want := range map[string]string{
		`{"a":"来电13800138000，速办"}`:                     `{"a":"来电138****8000，速办"}`,
		`{"a":"13800138000 13900139000"}`:              `{"a":"138****8000 139****9000"}`,
		`{"a":"身份证44011419900101123X"}`:                `{"a":"身份证440114****123X"}`,
		`{"n":13800138000}`:                            `{"n":13800138000}`,
		`{"a":"440114-20261123-00017"}`:                `{"a":"440114-20261123-00017"}`,
		`{"a":"0198c0de-7a3b-7000-8000-13800138000f"}`: `{"a":"0198c0de-7a3b-7000-8000-13800138000f"}`,
		`{"a":"他说\"13800138000\"","b":"13800138000"}`:  `{"a":"他说\"138****8000\"","b":"138****8000"}`,
		`"13800138000`:                                 `"138****8000`,
	} {
		if got := string(masked([]byte(have))); got != want {
			t.Errorf("%s is shown as %s, want %s", have, got, want)
		}
	}
}

// Masking changes texts only: what was JSON stays JSON of the same shape.
func TestMaskingKeepsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.SampledFrom([]string{"13800138000", "44011419900101123X", `"`, `\`, "，", "a", "\n", "7"})).Draw(t, "text")
		have, err := json.Marshal(map[string]any{"text": strings.Join(text, ""), "n": 13800138000})
		if err != nil {
			t.Fatal(err)
		}
		var shown map[string]any
		if err := json.Unmarshal(masked(have), &shown); err != nil {
			t.Fatalf("%s became %s: %v", have, masked(have), err)
		}
		if shown["n"] != 13800138000.0 {
			t.Errorf("a number became %v", shown["n"])
		}
	})
}

func TestALineFitsTheTerminal(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"花城街道", 8, "花城街道"},
		{"花城街道", 7, "花城街…"},
		{"花城街道办", 8, "花城街…"},
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcde…"},
		{"", 6, ""},
	} {
		if got := fitting(c.text, c.columns); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

// Nothing in a fact steers the terminal of whoever looks at it.
func TestFactsDoNotSteerTheTerminal(t *testing.T) {
	var out bytes.Buffer
	s := (&Console{Out: &out}).factSheet(Shape{Columns: true})
	err := s.fact(eventstore.Record{
		Position: 1, Stream: "incident-x", Version: 1, Type: "incident.reported", At: time.Unix(0, 0),
		Meta: eventstore.Meta{Actor: "\x1b[2Jwang\n"}, Data: []byte("{\"a\":\"\u202etxt\x7f\"}"),
	})
	if err != nil || s.flush() != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x7f\u202e") || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("the terminal is sent %q", out.String())
	}
}
