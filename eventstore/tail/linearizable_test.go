package tail_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/sqlite"
	"gridcommand/eventstore/tail"
)

// Whoever asks the ledger itself and whoever asks a tail of it hear of one history.
func TestLinearizable(t *testing.T) {
	t.Run("in memory", func(t *testing.T) {
		eventstoretest.RunLinearizable(t, func(t *testing.T) []eventstore.Store {
			s := memory.New(nil)
			shared := tail.New(s, nil)
			t.Cleanup(func() { _ = shared.Close() })
			return []eventstore.Store{shared, s}
		})
	})
	t.Run("on a disk", func(t *testing.T) {
		eventstoretest.RunLinearizable(t, func(t *testing.T) []eventstore.Store {
			s, err := sqlite.Open(t.Context(), t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			shared := tail.New(s, nil)
			t.Cleanup(func() { _ = shared.Close() })
			return []eventstore.Store{shared, s}
		})
	})
}
