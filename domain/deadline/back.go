package deadline

import (
	"slices"
	"time"
)

// Back returns the moment from which l counted forward ends at due: where an inner
// limit has to end so that l is left. A working limit ends inside a working period, or
// at its end; a due time outside of them counts as the end of the last one before it.
// Where the calendar does not reach back, missing is the year it lacks.
func (c *Calendar) Back(due time.Time, l Limit) (at time.Time, missing int) {
	left := l.Counted()
	at = due.In(CST)
	if !l.Unit.Working() {
		return at.Add(-left), 0
	}
	y, m, d := at.Date()
	for ; ; d-- {
		noon := time.Date(y, m, d, 12, 0, 0, 0, CST)
		works, published := c.IsWorkday(noon)
		switch {
		case !published:
			return time.Time{}, noon.Year()
		case !works:
			continue
		}
		for _, w := range slices.Backward(workingPeriods[:]) {
			from, to := time.Date(y, m, d, w.from, 0, 0, 0, CST), time.Date(y, m, d, w.to, 0, 0, 0, CST)
			if at.Before(to) {
				to = at
			}
			if !from.Before(to) {
				continue
			}
			// What is left is reached within this period, or exactly at the end of one.
			if end := to.Add(-left); !end.Before(from) && (left == 0 || end.After(from)) {
				return end, 0
			}
			left -= to.Sub(from)
		}
	}
}
