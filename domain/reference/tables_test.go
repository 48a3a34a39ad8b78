package reference

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

var unexported = cmp.AllowUnexported(jurisdiction.Book{}, catalogue.Catalogue{}, deadline.Calendar{})

// The two ways to read what is built in, from the files and from the tables made of
// them, lead to the same data: nothing is lost in a table.
func TestTheTablesMakeWhatTheyWereMadeOf(t *testing.T) {
	base, err := LoadBase()
	if err != nil {
		t.Fatal(err)
	}
	read := Tables{}
	for _, name := range TableNames {
		rows, faults := ReadText(name, base.Tables.Text(name))
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		read[name] = rows
	}
	again, err := compile(read, versions(), PolicyVersion, CatalogueVersion, base.Reference.Texts)
	if err != nil {
		t.Fatal(err)
	}
	delete(base.Reference.Limits, "handling") // the criterion's
	if diff := cmp.Diff(base.Reference, again, unexported, cmpopts.EquateComparable(jurisdiction.Row{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-files +tables):\n%s", diff)
	}
	if changes := Diff(base.Tables, read); len(changes) > 0 {
		t.Errorf("written and read again there are changes: %v", changes)
	}
}
