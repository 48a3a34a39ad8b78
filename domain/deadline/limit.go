package deadline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Unit is the unit of a limit. The text is what is stored.
type Unit string

// The limit units.
const (
	UrgentMinutes Unit = "urgent_minutes"
	UrgentHours   Unit = "urgent_hours"
	UrgentDays    Unit = "urgent_days"
	WorkingHours  Unit = "working_hours"
	WorkingDays   Unit = "working_days"
	NaturalDays   Unit = "natural_days"
)

// Units holds every unit.
var Units = []Unit{UrgentMinutes, UrgentHours, UrgentDays, WorkingHours, WorkingDays, NaturalDays}

// Urgent tells whether u runs day and night because the matter is urgent.
func (u Unit) Urgent() bool { return u == UrgentMinutes || u == UrgentHours || u == UrgentDays }

// Working tells whether u counts working time only.
func (u Unit) Working() bool { return u == WorkingHours || u == WorkingDays }

// length is the counted time of one u: a working day counts 8 hours.
func (u Unit) length() time.Duration {
	switch u {
	case UrgentMinutes:
		return time.Minute
	case UrgentHours, WorkingHours:
		return time.Hour
	case UrgentDays, NaturalDays:
		return 24 * time.Hour
	case WorkingDays:
		return 8 * time.Hour
	}
	return 0
}

// A Limit is an amount of time in one unit, e.g. 4 working_hours.
type Limit struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

// longest bounds what can be parsed: ten years of counted time. It keeps sums of
// limits far from the end of [time.Duration].
const longest = 10 * 366 * 24 * time.Hour

// ParseLimit reads a limit as [Limit.String] writes it: "4 working_hours".
func ParseLimit(s string) (Limit, error) {
	number, unit, ok := strings.Cut(s, " ")
	l := Limit{Unit: Unit(unit)}
	n, err := strconv.Atoi(number)
	switch {
	case !ok || !slices.Contains(Units, l.Unit):
		return Limit{}, fmt.Errorf("deadline: limit %q is not a number, a space and one of %v", s, Units)
	case err != nil || n < 1 || number[0] == '+':
		return Limit{}, fmt.Errorf("deadline: limit %q: the number is not a whole one from 1 up", s)
	case n > int(longest/l.Unit.length()):
		return Limit{}, fmt.Errorf("deadline: limit %q is longer than ten years", s)
	}
	l.N = n
	return l, nil
}

func (l Limit) String() string { return fmt.Sprintf("%d %s", l.N, l.Unit) }

// IsZero tells whether there is no limit.
func (l Limit) IsZero() bool { return l.N == 0 }

// Counted is how much time counts toward l before it is used up.
func (l Limit) Counted() time.Duration { return time.Duration(l.N) * l.Unit.length() }
