package picture_test

import (
	"testing"

	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/historytest"
	"gridcommand/projections/picture"
)

func fresh(t testing.TB) historytest.Make {
	folder := historytest.Folder(t)
	return func(db *sqldb.DB) projections.View { return picture.New(db, folder) }
}

func TestRowsFollowFromFactsAlone(t *testing.T) {
	historytest.SameRows(t, historytest.Views, fresh(t), 11, 900)
}

func TestWatchesResume(t *testing.T) {
	for seed := range uint64(2) {
		historytest.Resumes(t, historytest.Views, fresh(t), seed, 900, historytest.New(t, seed).Watches(), true)
	}
}
