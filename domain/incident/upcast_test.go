package incident

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A name that was never in use shows how an old one would be read: by way of every
// version after it.
func TestOldFactsAreTranslatedStepByStep(t *testing.T) {
	rename := func(from, to string) func([]byte) ([]byte, error) {
		return func(data []byte) ([]byte, error) {
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(data, &fields); err != nil {
				return nil, err
			}
			if fields[from] == nil {
				return nil, errors.New("no " + from)
			}
			fields[to] = fields[from]
			delete(fields, from)
			return json.Marshal(fields)
		}
	}
	c := codec{readers: stored.readers, upcasts: map[string]upcast{
		"incident.scrapped":   {"incident.scrapped.2", rename("when", "at")},
		"incident.scrapped.2": {"incident.voided", rename("why", "reason")},
	}}
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	want := Voided{Fact: Fact{At: nine}, Reason: "误报"}
	for name, data := range map[string]string{
		"incident.scrapped":   `{"when":"2026-11-23T09:00:00Z","why":"误报"}`,
		"incident.scrapped.2": `{"at":"2026-11-23T09:00:00Z","why":"误报"}`,
		"incident.voided":     `{"at":"2026-11-23T09:00:00Z","reason":"误报"}`,
	} {
		got, err := c.decode(name, []byte(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(Event(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := c.decode("incident.scrapped.2", []byte(`{"at":"2026-11-23T09:00:00Z"}`)); err == nil {
		t.Error("a fact that cannot be translated is read")
	}
}

func TestEveryReaderReadsItsOwnName(t *testing.T) {
	if len(stored.readers) != len(Events) {
		t.Errorf("%d readers for %d kinds of event", len(stored.readers), len(Events))
	}
	for _, e := range Events {
		back, err := stored.readers[nameOf(e)]([]byte(`{"at":"2026-11-23T09:00:00Z"}`))
		if err != nil || nameOf(back) != nameOf(e) {
			t.Errorf("%s is read as %T: %v", nameOf(e), back, err)
		}
	}
}

func TestEveryWordOfARefusalHasALabel(t *testing.T) {
	for _, c := range Commands {
		if commandLabels[c.Name()] == "" {
			t.Errorf("%s has no label", c.Name())
		}
	}
	for _, s := range Stages {
		if stageLabels[s] == "" {
			t.Errorf("%s has no label", s)
		}
	}
}
