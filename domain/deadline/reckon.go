package deadline

import (
	"cmp"
	"slices"
	"time"
)

// Deadline reckons when limits are used up that are counted from from, each
// beginning where the one before it ended. Warn is when warnPercent of the whole
// counted time is used: for a working limit that is working time. A percentage
// outside 1–99 gives no warning.
func (c *Calendar) Deadline(from time.Time, warnPercent int, limits ...Limit) Deadline {
	return c.Recompute(Deadline{From: from, Limits: limits}, warnPercent)
}

// Given returns a deadline that was set from outside. It runs day and night.
func Given(from, due time.Time, warnPercent int) Deadline {
	return (*Calendar)(nil).Recompute(Deadline{From: from, Due: &due, Given: true}, warnPercent)
}

// Extend returns d with one more limit at its end.
func (c *Calendar) Extend(d Deadline, add Limit, warnPercent int) Deadline {
	d.Set = d.whatWasSet()
	d.Limits = append(slices.Clip(d.Limits), add)
	return c.Recompute(d, warnPercent)
}

// WithPauses returns d with p, and nothing else, counted out. Pauses may touch or
// overlap; one that ends before it begins is empty.
func (c *Calendar) WithPauses(d Deadline, warnPercent int, p ...Pause) Deadline {
	d.Set = d.whatWasSet()
	d.Pauses = p
	return c.Recompute(d, warnPercent)
}

// Recompute reckons d again on this calendar, from its start, limits and pauses:
// what was not published may be by now. Times come out in [CST].
func (c *Calendar) Recompute(d Deadline, warnPercent int) Deadline {
	d.From = d.From.Round(0).In(CST)
	d.Limits, d.Pauses = slices.Clone(d.Limits), slices.Clone(d.Pauses)
	d.Calendar = ""
	if c != nil && len(d.Limits) > 0 {
		d.Calendar = c.version
	}
	set := d.whatWasSet()
	if set != nil {
		t := set.Round(0).In(CST)
		set = &t
	}
	d.Set = nil
	if len(d.Limits) > 0 || len(d.Pauses) > 0 {
		d.Set = set
	}
	periods, end, missing := c.count(d.From, set, d.Limits, d.Pauses)
	d.Due, d.Warn, d.Missing = nil, nil, missing
	if missing == 0 {
		d.Due, d.Warn = &end, warnAt(periods, warnPercent)
	}
	return d
}

// whatWasSet returns the due time that came from outside; nil: d is reckoned.
func (d Deadline) whatWasSet() *time.Time {
	if d.Given && d.Set == nil {
		return d.Due
	}
	return d.Set
}

// Explain returns the stretches of time that were counted, in order, by the
// calendar d was reckoned on. Those of one limit sum to its [Limit.Counted]. Of a
// deadline that is not published it returns what could be counted.
func (c *Calendar) Explain(d Deadline) []Period {
	periods, _, _ := c.count(d.From.In(CST), d.whatWasSet(), d.Limits, d.Pauses)
	return periods
}

// count counts the time that was set, if any, and then limits, all with pauses
// left out. It returns the stretches counted and where the last limit ends, or the
// first year that is missing.
func (c *Calendar) count(from time.Time, set *time.Time, limits []Limit, pauses []Pause) ([]Period, time.Time, int) {
	n := counter{calendar: c, pauses: inOrder(pauses), at: from}
	if set != nil {
		if set.After(from) {
			n.dayAndNight(-1, set.Sub(from))
		} else {
			n.at = *set
		}
	}
	for i, l := range limits {
		switch {
		case n.missing != 0 || l.N <= 0:
		case l.Unit.Working():
			n.workingTime(i, l.Counted())
		default:
			n.dayAndNight(i, l.Counted())
		}
	}
	return n.periods, n.at, n.missing
}

// warnAt returns when percent of the counted time is used up.
func warnAt(periods []Period, percent int) *time.Time {
	if percent < 1 || percent > 99 {
		return nil
	}
	var whole time.Duration
	for _, p := range periods {
		whole += p.To.Sub(p.From)
	}
	// whole × percent ÷ 100, split so that ten years do not overflow.
	left := whole/100*time.Duration(percent) + whole%100*time.Duration(percent)/100
	for _, p := range periods {
		if length := p.To.Sub(p.From); left > length {
			left -= length
			continue
		}
		at := p.From.Add(left)
		return &at
	}
	return nil
}

// A counter goes forward in time and notes what counts.
type counter struct {
	calendar *Calendar
	pauses   []Pause // in order, none overlapping
	at       time.Time
	periods  []Period
	missing  int
}

// dayAndNight counts amount without regard to days.
func (n *counter) dayAndNight(limit int, amount time.Duration) {
	far := n.at.Add(amount)
	for _, p := range n.pauses {
		far = far.Add(p.To.Sub(p.From))
	}
	n.stretch(limit, n.at, far, amount)
}

// workingTime counts amount inside working periods, day after day.
func (n *counter) workingTime(limit int, amount time.Duration) {
	y, m, d := n.at.Date()
	for ; amount > 0; d++ {
		noon := time.Date(y, m, d, 12, 0, 0, 0, CST)
		works, published := n.calendar.IsWorkday(noon)
		switch {
		case !published:
			n.missing = noon.Year()
			return
		case !works:
			continue
		}
		for _, w := range workingPeriods {
			from, to := time.Date(y, m, d, w.from, 0, 0, 0, CST), time.Date(y, m, d, w.to, 0, 0, 0, CST)
			if from.Before(n.at) {
				from = n.at
			}
			amount = n.stretch(limit, from, to, amount)
		}
	}
}

// stretch counts up to amount between from and to, pauses left out, and returns
// what is left to count. When nothing is left, the counter stands where it ended.
func (n *counter) stretch(limit int, from, to time.Time, amount time.Duration) time.Duration {
	count := func(until time.Time) {
		if amount == 0 || !from.Before(until) {
			return
		}
		if end := from.Add(amount); end.Before(until) {
			until = end
		}
		n.periods = append(n.periods, Period{From: from, To: until, Limit: limit})
		amount -= until.Sub(from)
		n.at = until
	}
	for _, p := range n.pauses {
		if !p.To.After(from) {
			continue
		}
		if !p.From.Before(to) {
			break
		}
		count(p.From)
		from = p.To
	}
	count(to)
	return amount
}

// inOrder returns pauses by their start, joined where they touch, in [CST].
func inOrder(pauses []Pause) []Pause {
	var joined []Pause
	sorted := slices.SortedFunc(slices.Values(pauses), func(a, b Pause) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To))
	})
	for _, p := range sorted {
		p.From, p.To = p.From.In(CST), p.To.In(CST)
		last := len(joined) - 1
		switch {
		case !p.From.Before(p.To):
		case last >= 0 && !p.From.After(joined[last].To):
			if p.To.After(joined[last].To) {
				joined[last].To = p.To
			}
		default:
			joined = append(joined, p)
		}
	}
	return joined
}
