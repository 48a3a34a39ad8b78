package workflow

import (
	"embed"
	"io/fs"

	"gridcommand/eventstore/sqldb"
)

//go:embed migrations/*.sql sql/*.sql
var files embed.FS

// The statements on the state database. Each file says what it means.
var (
	counterAdd      = statement("counter_add")
	counterRaise    = statement("counter_raise")
	counterGiveBack = statement("counter_give_back")
	checkpointSet   = statement("checkpoint_set")
	closingSet      = statement("closing_set")
	closingAll      = statement("closing_all")
	photoSet        = statement("photo_set")
	photoOf         = statement("photo_of")
	timerInsert     = statement("timer_set")
	timerAll        = statement("timer_all")
	parkIt          = statement("park")
	parkedAll       = statement("parked_all")
	parkedOf        = statement("parked_of")
	parkedOne       = statement("parked_one")
	parkedFailed    = statement("parked_failed")
	libraryFact     = statement("library_fact")
	libraryRead     = statement("library_read")
	recomputedSet   = statement("recomputed_set")
	ticketSet       = statement("ticket_set")
	ticketWaiting   = statement("ticket_waiting")
	ticketUndated   = statement("ticket_undated")
	ticketLine      = statement("ticket_line")
)

func statement(name string) string {
	text, err := files.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // the files are embedded
	}
	return string(text)
}

func migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err)
	}
	return sub
}

// Tables are the tables kept in the state database.
func Tables() sqldb.Owner { return sqldb.Owner{Name: "workflow", Files: migrations()} }
