package postgres_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/postgrestest"
)

func TestSurvey(t *testing.T) {
	t.Parallel()
	eventstoretest.RunSurvey(t, func(t *testing.T) eventstore.Store { return open(t, postgrestest.URL(t), nil) })
}
