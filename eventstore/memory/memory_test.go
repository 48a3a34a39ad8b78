package memory_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/memory"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	eventstoretest.Run(t, func(*testing.T) eventstore.Store { return memory.New(nil) })
}

func TestLinearizable(t *testing.T) {
	eventstoretest.RunLinearizable(t, func(*testing.T) []eventstore.Store { return []eventstore.Store{memory.New(nil)} })
}
