package reference

import (
	"fmt"
	"strconv"

	"gridcommand/domain/table"
)

// People returns how many people live in each street, for figures per ten thousand of
// them. No rule reads it. The map is shared: read only.
func People() map[string]int64 { return people }

var people = func() map[string]int64 {
	all := map[string]int64{}
	rows, faults := table.Read("people", embedded("huadu_people"), "code", "people", "basis")
	for _, x := range rows {
		n, err := strconv.ParseInt(x.Fields[1], 10, 64)
		if err != nil || n <= 0 {
			faults.Add(x.Line, "people", "%q is no number of people", x.Fields[1])
		}
		all[x.Fields[0]] = n
	}
	if err := faults.Err(); err != nil {
		panic(fmt.Sprintf("reference: %v", err)) // fixed when the program is built
	}
	return all
}()
