package memory_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/memory"
)

func TestArchive(t *testing.T) {
	eventstoretest.RunArchive(t, func(*testing.T) eventstore.Archive { return memory.New(nil) })
}
