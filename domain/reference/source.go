package reference

import (
	"time"

	"gridcommand/domain/deadline"
)

// A Source knows the reference data in force at any moment. What it says of a moment
// that was asked for and has passed never changes.
type Source interface {
	At(t time.Time) *Reference
	// Calendar returns the calendar with the version that a deadline names; nil: there
	// is none.
	Calendar(version string) *deadline.Calendar
}

// At returns r, whatever the time: data that never changes is a [Source] too.
func (r *Reference) At(time.Time) *Reference { return r }

// Calendar returns r's calendar, if it has that version.
func (r *Reference) Calendar(version string) *deadline.Calendar {
	if r.Days.Version() == version {
		return r.Days
	}
	return nil
}
