package sheets_test

import (
	"errors"
	"testing"

	"gridcommand/domain/reference"
	"gridcommand/workflow/sheets"
)

// Whatever a file is, it is read or its faults are named; what is read comes back the
// same when it is written.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"date,kind,festival\n2027-01-01,off,元旦\n", "sep=;\ndate;kind\n2027-01-01;off\n", "\xff\xfed\x00a\x00", "PK\x03\x04", "matter,tier\n\"07,street\n",
		"name,value\nwarn_percent,\xd6\xd0\n", "\xef\xbb\xbfname,normal\r\naccept,1 working_hours\r\n",
	} {
		f.Add("", []byte(seed))
		f.Add("calendar", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		tables, err := sheets.Read(name, data)
		var faults *reference.FaultsError
		if err != nil {
			if !errors.As(err, &faults) || faults.Count() == 0 {
				t.Fatalf("an error without faults: %v", err)
			}
			return
		}
		for name, rows := range tables {
			for _, row := range rows {
				if len(row.Fields) != len(reference.Columns(name)) {
					t.Fatalf("%s: a row of %d fields", name, len(row.Fields))
				}
			}
			again, err := sheets.Read(name, sheets.WriteCSV(tables, name))
			if err == nil && !reference.Same(rows, again[name]) {
				t.Fatalf("%s comes back otherwise: %v, %v", name, rows, again[name])
			}
		}
	})
}
