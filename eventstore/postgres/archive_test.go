package postgres_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/postgrestest"
)

func TestArchive(t *testing.T) {
	eventstoretest.RunArchive(t, func(t *testing.T) eventstore.Archive { return open(t, postgrestest.URL(t), nil) })
}
