package speed

import (
	"testing"
	"time"
	"os"
	"runtime/pprof"

	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/historytest"
	"gridcommand/projections/picture"
	"gridcommand/projections/tally"
	"gridcommand/projections/wall"
	"gridcommand/projections/worklist"
)

func TestSpeed(t *testing.T) {
	folder := historytest.Folder(t)
	h := historytest.New(t, 1)
	h.Live(20000)
	head, _ := h.Ledger.Head(t.Context())
	for name, mk := range map[string]historytest.Make{
		"casebook": func(db *sqldb.DB) projections.View { return casebook.New(db, folder) },
		"picture":  func(db *sqldb.DB) projections.View { return picture.New(db, folder) },
		"worklist": func(db *sqldb.DB) projections.View { return worklist.New(db, folder) },
		"wall":     func(db *sqldb.DB) projections.View { return wall.New(db, folder) },
		"tally":    func(db *sqldb.DB) projections.View { return tally.New(db, folder) },
	} {
		db := historytest.Views(t)
		f, _ := os.Create("/tmp/prof." + name)
		pprof.StartCPUProfile(f)
		start := time.Now()
		if err := projections.NewRunner(db, h.Ledger, mk(db), nil).RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		d := time.Since(start)
		pprof.StopCPUProfile()
		f.Close()
		t.Logf("%s: %d facts in %s: %.0f/s", name, head, d, float64(head)/d.Seconds())
	}
}
