package sqlite_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
)

func TestSurvey(t *testing.T) {
	t.Parallel()
	eventstoretest.RunSurvey(t, func(t *testing.T) eventstore.Store { return open(t, t.TempDir(), nil) })
}
