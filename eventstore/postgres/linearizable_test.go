package postgres_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/postgrestest"
)

func TestLinearizable(t *testing.T) {
	eventstoretest.RunLinearizable(t, func(t *testing.T) []eventstore.Store {
		return []eventstore.Store{open(t, postgrestest.URL(t), nil)}
	})
}

// Two stores with connections of their own are what two processes are.
func TestTwoProcessesAreLinearizable(t *testing.T) {
	eventstoretest.RunLinearizable(t, func(t *testing.T) []eventstore.Store {
		url := postgrestest.URL(t)
		return []eventstore.Store{open(t, url, nil), open(t, url, nil)}
	})
}
