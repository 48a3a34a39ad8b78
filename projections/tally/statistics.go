package tally

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/figures"
)

// A Query asks for the indicators of a period, in groups.
type Query struct {
	// From and To bound the period, in whole days of China Standard Time: the days
	// from From's on that begin before To. Zero: the month of the last fact folded.
	From, To time.Time
	By       By       // empty: ByStreet
	Reading  Reading  // empty: Fact
	Scope    []string // visibility keys of the caller, any of which suffices
}

// By is what the rows are grouped by.
type By string

// The groupings.
const (
	ByStreet    By = "street"
	ByCommunity By = "community"
	ByUnit      By = "unit"
	ByMatter    By = "matter"
	BySource    By = "source"
	ByTier      By = "tier"
	ByDay       By = "day"
)

// Bys holds every grouping.
var Bys = []By{ByStreet, ByCommunity, ByUnit, ByMatter, BySource, ByTier, ByDay}

// Statistics is the answer. Rows are in order of key; by street there is a row for
// every street in scope, even at zero.
type Statistics struct {
	Items    []Row
	Total    Row // of all rows together
	Position eventstore.Position
	At       time.Time // of the last fact folded
	From, To time.Time // the period: midnights
}

// Statistics returns the indicators that q asks for.
func (v *View) Statistics(ctx context.Context, q Query) (Statistics, error) {
	if q.By == "" {
		q.By = ByStreet
	}
	if !slices.Contains(Bys, q.By) {
		return Statistics{}, fmt.Errorf("tally: no grouping is called %q", q.By)
	}
	var out Statistics
	groups, total := map[string]map[figures.Figure]int64{}, map[figures.Figure]int64{}
	var stocks map[string]stock
	var all stock
	if q.By == ByStreet {
		for _, s := range v.streets() {
			if slices.ContainsFunc(q.Scope, func(key string) bool { return touches(key, s.Area) }) {
				groups[s.Area] = map[figures.Figure]int64{}
			}
		}
	}
	err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		out.Position, out.At = position, at
		out.From, out.To = period(q.From, q.To, at)
		args := []any{string(figures.DayOf(out.From)), string(figures.DayOf(out.To))}
		where, args := v.scoped(q.Scope, args)
		query := fmt.Sprintf("SELECT %[1]s, figure, CAST(SUM(n) AS BIGINT) FROM tally_cells WHERE day >= $1 AND day < $2 AND %[2]s GROUP BY %[1]s, figure", q.By, where)
		err := projections.Scan(ctx, tx, query, args, func(rows *sql.Rows) error {
			var key, figure string
			var n int64
			if err := rows.Scan(&key, &figure, &n); err != nil {
				return err
			}
			if groups[key] == nil {
				groups[key] = map[figures.Figure]int64{}
			}
			groups[key][figures.Figure(figure)] += n
			total[figures.Figure(figure)] += n
			return nil
		})
		if err == nil {
			stocks, all, err = v.stocks(ctx, tx, q, out.To)
		}
		return err
	})
	if err != nil {
		return Statistics{}, err
	}
	for key, s := range stocks {
		if groups[key] == nil && s.n != 0 && q.By != ByDay {
			groups[key] = map[figures.Figure]int64{}
		}
	}
	end := earlier(out.To, out.At)
	out.Items = []Row{}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		s, to := stocks[key], end
		if q.By == ByDay {
			s, to = upTo(stocks, key), earlier(endOf(key), out.At)
		}
		out.Items = append(out.Items, rowOf(key, v.nameOf(q.By, key), q.Reading.read(groups[key]), s, to))
	}
	out.Total = rowOf("", "", q.Reading.read(total), all, end)
	return out, nil
}

// stocks returns what was suspended when the period ended, by group and in all; by day,
// what each day added.
func (v *View) stocks(ctx context.Context, tx *sql.Tx, q Query, to time.Time) (map[string]stock, stock, error) {
	where, args := v.scoped(q.Scope, []any{string(figures.DayOf(to))})
	groups, all := map[string]stock{}, stock{}
	query := fmt.Sprintf("SELECT %[1]s, figure, CAST(SUM(n) AS BIGINT) FROM tally_stock WHERE day < $1 AND %[2]s GROUP BY %[1]s, figure", q.By, where)
	err := projections.Scan(ctx, tx, query, args, func(rows *sql.Rows) error {
		var key, figure string
		var n int64
		if err := rows.Scan(&key, &figure, &n); err != nil {
			return err
		}
		s := groups[key]
		if figures.Figure(figure) == figures.Stock {
			s.n, all.n = s.n+n, all.n+n
		} else {
			s.since, all.since = s.since+n, all.since+n
		}
		groups[key] = s
		return nil
	})
	return groups, all, err
}

// upTo adds up what the days up to one brought.
func upTo(days map[string]stock, last string) stock {
	var sum stock
	for day, s := range days {
		if day <= last {
			sum = stock{sum.n + s.n, sum.since + s.since}
		}
	}
	return sum
}

// endOf is the midnight that ends a day.
func endOf(day string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, deadline.CST)
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// period returns the midnights that bound the days asked for.
func period(from, to, at time.Time) (time.Time, time.Time) {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(deadline.CST).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, deadline.CST)
	}
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
	from = midnight(from)
	if to.IsZero() {
		return from, from.AddDate(1, 0, 0)
	}
	if end := midnight(to); end.Before(to) {
		return from, end.AddDate(0, 0, 1)
	}
	return from, midnight(to)
}

// scoped returns the condition that one of the caller's keys fits.
func (v *View) scoped(keys []string, args []any) (string, []any) {
	var some []string
	fixed := len(args)
	add := func(column, value string) {
		args = append(args, value)
		some = append(some, fmt.Sprintf("%s = $%d", column, len(args)))
	}
	for _, key := range keys {
		kind, what, _ := strings.Cut(key, ":")
		switch {
		case kind == "area" && what == v.folder.Book().District():
			return "1 = 1", args[:fixed]
		case kind == "area" && len(what) == 9:
			add("street", what)
		case kind == "area" && len(what) == 12:
			add("community", what)
		case kind == "held":
			add("unit", what)
		}
	}
	if some == nil {
		return "1 = 0", args
	}
	return "(" + strings.Join(some, " OR ") + ")", args
}

// touches tells whether a scope's key is of an area that the street lies in or
// that lies in the street.
func touches(key, street string) bool {
	area, ok := strings.CutPrefix(key, "area:")
	return ok && (strings.HasPrefix(area, street) || strings.HasPrefix(street, area))
}

func (v *View) nameOf(by By, key string) string {
	switch by {
	case ByStreet, ByCommunity, ByUnit:
		if u, ok := v.folder.Book().Unit(key); ok {
			return u.Name
		}
	case ByMatter:
		if part := strings.SplitN(key, "/", 3); len(part) == 3 {
			if m, ok := v.folder.Matters().Matter(catalogue.Key{Scheme: part[0], Kind: part[1], Code: part[2]}); ok {
				return m.Name
			}
		}
	case BySource, ByTier, ByDay:
	}
	return ""
}
