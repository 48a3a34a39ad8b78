package deadline

import (
	"io"
	"maps"
	"slices"
	"time"

	"gridcommand/domain/table"
)

// A Calendar says which days are working days. It is immutable.
type Calendar struct {
	version    string
	exceptions map[civil]bool // day → works, where it may differ from Monday–Friday
	published  map[int]bool   // years whose holidays are known
}

// civil is a day in [CST].
type civil struct {
	year  int
	month time.Month
	day   int
}

func civilOf(t time.Time) civil {
	y, m, d := t.In(CST).Date()
	return civil{y, m, d}
}

// ParseCalendar reads a table of date, kind and festival. Kind `off` is a holiday,
// `work` a weekend day that is worked; every other day follows Monday–Friday.
//
// A year counts as published when the table has a day of it. Days of the last
// week of December alone do not publish their year: they belong to the New Year
// holiday, which the next year's notice announces.
func ParseCalendar(version string, r io.Reader) (*Calendar, error) {
	rows, faults := table.Read("calendar", r, CalendarColumns...)
	c, more := CalendarFrom(version, rows)
	faults.List = append(faults.List, more.List...)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// CalendarColumns are the columns of a calendar's table.
var CalendarColumns = []string{"date", "kind", "festival"}

// CalendarFrom returns the calendar that rows make, each in the order of
// [CalendarColumns], or every fault in them.
func CalendarFrom(version string, rows []table.Row) (*Calendar, *table.Faults) {
	faults := &table.Faults{Table: "calendar"}
	c := &Calendar{version: version, exceptions: map[civil]bool{}, published: map[int]bool{}}
	for _, row := range rows {
		date, kind := row.Fields[0], row.Fields[1]
		day, err := time.ParseInLocation(time.DateOnly, date, CST)
		if err != nil {
			faults.Add(row.Line, "date", "%q is not a day like 2026-10-01", date)
			continue
		}
		key := civilOf(day)
		if _, twice := c.exceptions[key]; twice {
			faults.Add(row.Line, "date", "%s is there twice", date)
		}
		switch {
		case kind != "off" && kind != "work":
			faults.Add(row.Line, "kind", "%q is neither off nor work", kind)
		case kind == "work" && weekday(day):
			faults.Add(row.Line, "kind", "%s is a %s, which is worked anyway", date, day.Weekday())
		}
		c.exceptions[key] = kind == "work"
		if key.month < time.December || key.day < 25 {
			c.published[key.year] = true
		}
	}
	if len(c.published) == 0 && len(faults.List) == 0 {
		faults.Add(0, "", "no year in it")
	}
	return c, faults
}

// Version names the calendar in deadlines.
func (c *Calendar) Version() string { return c.version }

// Years returns the published years, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.published)) }

// With returns c with the days of later laid over it, under later's version: how
// a newly published year joins the ones before.
func (c *Calendar) With(later *Calendar) *Calendar {
	joined := &Calendar{
		version: later.version, exceptions: maps.Clone(c.exceptions), published: maps.Clone(c.published),
	}
	maps.Copy(joined.exceptions, later.exceptions)
	maps.Copy(joined.published, later.published)
	return joined
}

// IsWorkday tells whether the day of t in [CST] is worked, and whether its year is
// published. Of an unpublished year nothing is known, and works is false.
func (c *Calendar) IsWorkday(t time.Time) (works, published bool) {
	day := civilOf(t)
	if !c.published[day.year] {
		return false, false
	}
	if works, known := c.exceptions[day]; known {
		return works, true
	}
	return weekday(t.In(CST)), true
}

func weekday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// workingPeriods are the stretches of a working day, in hours of the day:
//
//	00      08      12  14      18      24
//	 |-------|#######|---|#######|-------|
var workingPeriods = [...]struct{ from, to int }{{8, 12}, {14, 18}}
