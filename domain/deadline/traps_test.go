package deadline_test

import (
	"testing"
)

// One of the traps of the trade; all twelve are in docs/traps.md.

// At the edges of the calendar: a Sunday that is worked, a holiday in the middle of the
// week, a limit that ends at the end of a period, and a year that nobody has published:
// its deadline is not guessed.
func TestTrapCalendarEdge(t *testing.T) {
	c := published(t)
	for _, tt := range []struct{ from, limit, due string }{
		{"2026-09-18 17:00", "4 working_hours", "2026-09-20 11:00"}, // a working Sunday
		{"2026-02-14 16:00", "1 working_days", "2026-02-24 16:00"},  // the Spring Festival between
		{"2026-11-23 14:00", "4 working_hours", "2026-11-23 18:00"}, // the end of a period is that end
		{"2026-12-31 17:00", "1 working_hours", "2026-12-31 18:00"}, // the last hour that is published
		{"2026-12-31 23:30", "2 urgent_hours", "2027-01-01 01:30"},  // day and night need no calendar
		{"2026-12-31 09:00", "2 working_days", "none"},
		{"2026-12-31 17:00", "61 urgent_minutes", "2026-12-31 18:01"},
	} {
		d := c.Deadline(at(t, tt.from), 80, limits(t, tt.limit)...)
		if got := show(d.Due); got != tt.due {
			t.Errorf("%s from %s: due %s, want %s", tt.limit, tt.from, got, tt.due)
		}
		if (d.Due == nil) != (d.Missing == 2027) {
			t.Errorf("%s from %s: due %s, missing %d", tt.limit, tt.from, show(d.Due), d.Missing)
		}
	}
}
