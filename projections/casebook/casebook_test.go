package casebook_test

import (
	"testing"

	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/historytest"
)

func TestRowsFollowFromFactsAlone(t *testing.T) {
	folder := historytest.Folder(t)
	historytest.SameRows(t, historytest.Views, func(db *sqldb.DB) projections.View { return casebook.New(db, folder) }, 11, 900)
}
