package tally

import (
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/projections/figures"
)

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// midnightOf is when the day of t began.
func midnightOf(t time.Time) time.Time {
	y, m, d := t.In(deadline.CST).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, deadline.CST)
}

// period returns the midnights that bound the days asked for.
func period(from, to, at time.Time) (time.Time, time.Time) {
	if from.IsZero() {
		if to.IsZero() {
			to = at.Add(time.Nanosecond)
		}
		from = to.Add(-time.Nanosecond).In(deadline.CST)
		from = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, deadline.CST)
		if to.Equal(at.Add(time.Nanosecond)) {
			return from, from.AddDate(0, 1, 0)
		}
	}
	from = midnightOf(from)
	if to.IsZero() {
		return from, from.AddDate(1, 0, 0)
	}
	if end := midnightOf(to); end.Before(to) {
		return from, end.AddDate(0, 0, 1)
	}
	return from, midnightOf(to)
}

// before returns the same period a month or a year earlier. A period that ends with a
// month does so there too; else its first and last day keep their day of the month, or
// take the month's last where that has none: 29 March, a month ago, is 28 February.
func (a Ago) before(from, to time.Time) (time.Time, time.Time) {
	if to.Day() == 1 {
		return a.back(from), a.back(to)
	}
	return a.back(from), a.back(to.AddDate(0, 0, -1)).AddDate(0, 0, 1)
}

func (a Ago) back(t time.Time) time.Time {
	y, m, d := t.In(deadline.CST).Date()
	if a == YearAgo {
		y--
	} else {
		m--
	}
	last := time.Date(y, m+1, 0, 0, 0, 0, 0, deadline.CST).Day()
	return time.Date(y, m, min(d, last), 0, 0, 0, 0, deadline.CST)
}

// stretch is a part of a period that lies in one month.
type stretch struct {
	month    string
	from, to figures.Day
	isWhole  bool // it is the month
}

// stretches cuts a period into months.
func stretches(from, to time.Time) []stretch {
	var list []stretch
	for from.Before(to) {
		first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, deadline.CST)
		next := first.AddDate(0, 1, 0)
		end := earlier(next, to)
		list = append(list, stretch{
			month: string(figures.DayOf(from)[:7]), from: figures.DayOf(from), to: figures.DayOf(end), isWhole: from.Equal(first) && end.Equal(next),
		})
		from = end
	}
	return list
}

// days is how many days lie between two midnights.
func days(from, to time.Time) int { return int((to.Sub(from) + 12*time.Hour) / (24 * time.Hour)) }
