package eventstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"

	"github.com/google/go-cmp/cmp"
)

// bent is a ledger in which something went wrong after it was written.
type bent struct {
	eventstore.Store
	bend func([]eventstore.Record) []eventstore.Record
}

func (b bent) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	all, err := b.Store.Page(ctx, 0, 1000)
	var page []eventstore.Record
	for _, r := range b.bend(all) {
		if r.Position > after && len(page) < limit {
			page = append(page, r)
		}
	}
	return page, err
}

func tenFacts(t *testing.T) eventstore.Store {
	t.Helper()
	s := memory.New(nil)
	for i := range 10 {
		stream := eventstore.StreamOf("incident", string(rune('a'+i%2)))
		_, err := s.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{Stream: stream, Drafts: []eventstore.Draft{
			{Type: "test.happened", At: time.Unix(1, 0), Data: []byte("1")},
		}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestVerifyFindsWhatIsWrongAndWhere(t *testing.T) {
	for _, c := range []struct {
		what string
		bend func([]eventstore.Record) []eventstore.Record
		want []string
	}{
		{"nothing", func(all []eventstore.Record) []eventstore.Record { return all }, nil},
		{"a fact is missing", func(all []eventstore.Record) []eventstore.Record { return append(all[:4:4], all[5:]...) }, []string{
			"position 6, stream incident-b: position 5 was expected here",
			"position 7, stream incident-a: version 4, expected 3",
		}},
		{"a version is wrong", func(all []eventstore.Record) []eventstore.Record { all[9].Version = 7; return all }, []string{
			"position 10, stream incident-b: version 7, expected 5",
		}},
		{"data is torn", func(all []eventstore.Record) []eventstore.Record { all[2].Data = []byte(`{"a":`); return all }, []string{
			"position 3, stream incident-a: data is not JSON",
		}},
		{"the last facts are missing", func(all []eventstore.Record) []eventstore.Record { return all[:8] }, []string{
			"position 9, stream : missing, though the head is 10",
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			report, err := eventstore.Verify(t.Context(), bent{tenFacts(t), c.bend})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range report.Faults {
				got = append(got, f.String())
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if report.Sound() != (len(c.want) == 0) {
				t.Errorf("sound: %v", report.Sound())
			}
		})
	}
}

func TestFollowStopsAtAHole(t *testing.T) {
	hole := bent{tenFacts(t), func(all []eventstore.Record) []eventstore.Record { return append(all[:4:4], all[5:]...) }}
	var last error
	for page, err := range eventstore.Follow(t.Context(), hole, 0, 3) {
		if last = err; len(page) > 0 && page[len(page)-1].Position > 5 {
			break // it has gone over the hole
		}
	}
	gap, ok := errors.AsType[*eventstore.GapError](last)
	if !ok || gap.Want != 5 || gap.Have != 6 {
		t.Errorf("Follow ends with %v, want a gap at 5", last)
	}
}

func TestNamesOfStreams(t *testing.T) {
	s := eventstore.StreamOf("incident", "0198c0de-7000-7000-8000-000000000001")
	if s.Category() != "incident" || s.ID() != "0198c0de-7000-7000-8000-000000000001" {
		t.Errorf("%s is %q and %q", s, s.Category(), s.ID())
	}
}

func TestExpectationsReadWell(t *testing.T) {
	var said []string
	for _, e := range []eventstore.Expect{eventstore.Any, eventstore.NoStream, eventstore.Exists, eventstore.At(3)} {
		said = append(said, e.String())
	}
	if got, want := strings.Join(said, "; "), "any version; no stream; an existing stream; version 3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
