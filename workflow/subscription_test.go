package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"pgregory.net/rapid"

	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
)

// ledgerOf returns a ledger of n small facts spread over incidents, some of a kind
// that nobody wants.
func ledgerOf(t *rapid.T, n int) (*memory.Store, map[string][]eventstore.Position) {
	ledger := memory.New(nil)
	wanted := map[string][]eventstore.Position{}
	for i := range n {
		id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "incident")
		kind := rapid.SampledFrom([]string{"incident.commented", "incident.attached"}).Draw(t, "kind")
		_, err := ledger.Append(context.Background(), eventstore.Append{Writes: []eventstore.Write{{
			Stream: eventstore.StreamOf(Category, id),
			Drafts: []eventstore.Draft{{Type: kind, At: monday, Data: []byte(`{}`)}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if kind == "incident.commented" {
			wanted[id] = append(wanted[id], eventstore.Position(i+1))
		}
	}
	return ledger, wanted
}

// Whatever order a handler acks and nacks in: each wanted fact is done once, in its
// incident's order and one at a time; the low mark never passes a fact that is not done.
func TestAnIncidentsFactsComeInOrderOneAtATime(t *testing.T) {
	known, err := newNames()
	must(t, err)
	rapid.Check(t, func(t *rapid.T) {
		ledger, wanted := ledgerOf(t, rapid.IntRange(0, 40).Draw(t, "facts"))
		head, _ := ledger.Head(context.Background())
		from := eventstore.Position(rapid.IntRange(0, int(head)).Draw(t, "from"))
		left := 0
		for id, positions := range wanted {
			for len(positions) > 0 && positions[0] <= from {
				positions = positions[1:]
			}
			wanted[id] = positions
			left += len(positions)
		}
		s := &subscription{
			name: "test", ledger: ledger, names: known, wants: map[string]bool{"incident.commented": true},
			log: slog.New(slog.DiscardHandler), pause: func(int) time.Duration { return 0 }, board: newBoard(),
		}
		s.start(from)
		ctx, cancel := context.WithCancel(context.Background())
		messages, err := s.Subscribe(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		held := map[string]*message.Message{}
		defer func() { // also when rapid gives a draw up
			cancel()
			for _, m := range held {
				if m != nil {
					m.Nack()
				}
			}
			for m := range messages {
				m.Nack()
				if left == 0 {
					t.Errorf("fact %s was handed out once too often", m.UUID)
				}
			}
		}()
		for left > 0 {
			// Take what is handed out, as long as an incident is without a held fact.
			free := 0
			for id, positions := range wanted {
				if held[id] == nil && len(positions) > 0 {
					free++
				}
			}
			for range free {
				m := <-messages
				id := m.Metadata[metaIncident]
				if held[id] != nil {
					t.Fatalf("%s was given fact %s before the last one was done", id, m.UUID)
				}
				if want := fmt.Sprint(wanted[id][0]); m.UUID != want {
					t.Fatalf("%s was given fact %s, want %s", id, m.UUID, want)
				}
				held[id] = m
			}
			s.board.Lock()
			low := s.low()
			s.board.Unlock()
			for id, positions := range wanted {
				if len(positions) > 0 && low >= positions[0] {
					t.Fatalf("the low mark is %d, but fact %d of %s is not done", low, positions[0], id)
				}
			}
			var ids []string
			for _, id := range []string{"a", "b", "c", "d"} {
				if held[id] != nil {
					ids = append(ids, id)
				}
			}
			id := rapid.SampledFrom(ids).Draw(t, "next")
			if rapid.Bool().Draw(t, "ack") {
				held[id].Ack()
				wanted[id] = wanted[id][1:]
				left--
			} else {
				held[id].Nack()
			}
			held[id] = nil
		}
		stop := s.board.wakeOn(ctx)
		s.board.Lock()
		for s.low() < head {
			s.board.await(ctx, s.board.changes)
		}
		s.board.Unlock()
		stop()
	})
}
