package whatif

import (
	"errors"
	"slices"
	"sort"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
)

// Rules are what the rules of an incident look up, at the moment of a fact.
type Rules interface {
	At(p eventstore.Position, at time.Time) *reference.Reference
}

// A Timeline is the reference data of every moment of a history, with tables laid over
// it. Nothing of it is enacted: the versions stay those of the moment, so that facts
// differ only where the tables do.
type Timeline struct {
	from []time.Time // when something else comes into force; the first is zero
	refs []*reference.Reference
}

// NewTimeline lays tables over the history of a ledger: over what was in force from the
// first day on, and over each edition since. A table is laid as an edition of it would
// be brought in ([reference.Merge]). What is wrong with the tables comes back as a
// [*reference.FaultsError], as if they were to be enacted at now.
func NewTimeline(base *reference.Base, h reference.History, laid reference.Tables, now time.Time) (*Timeline, error) {
	if len(laid) > 0 {
		_, err := reference.Decide(h, reference.Order{
			At: now, By: incident.Workflow, Base: base, Command: reference.Enact{Tables: laid},
		})
		if err != nil {
			return nil, err
		}
	}
	rulings := jurisdiction.NewRulings(h.Rulings)
	t := &Timeline{}
	compiled := map[string]*reference.Reference{}
	for _, from := range moments(h) {
		c := h.InForce(base, from, len(h.Editions))
		ref := compiled[c.Key()]
		if ref == nil {
			for name, rows := range laid {
				c.Tables[name] = reference.Merge(name, c.Tables[name], rows)
			}
			var err error
			if ref, err = base.Compile(c); err != nil {
				return nil, ofGiven(err, laid)
			}
			compiled[c.Key()] = ref
		}
		then := *ref
		then.Book = ref.Book.WithRulings(rulings, from)
		t.from, t.refs = append(t.from, from), append(t.refs, &then)
	}
	return t, nil
}

// moments returns when something else comes into force, or a ruling begins or ceases to
// bind, from the zero time on.
func moments(h reference.History) []time.Time {
	list := append([]time.Time{{}}, h.Turns()...)
	for _, r := range h.Rulings {
		list = append(list, r.Effective)
		if !r.Expires.IsZero() {
			list = append(list, r.Expires)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}

// ofGiven takes the lines off the faults of tables that were not given.
func ofGiven(err error, laid reference.Tables) error {
	faults, ok := errors.AsType[*reference.FaultsError](err)
	if !ok {
		return err
	}
	for _, f := range faults.Tables {
		if _, given := laid[f.Table]; given {
			continue
		}
		for i := range f.List {
			f.List[i].Line = 0
		}
	}
	return faults
}

// At implements [Rules].
func (t *Timeline) At(_ eventstore.Position, at time.Time) *reference.Reference {
	i := sort.Search(len(t.from), func(i int) bool { return t.from[i].After(at) })
	return t.refs[max(i-1, 0)]
}

// limitText writes a limit as people say it.
func limitText(l deadline.Limit) string {
	if l.IsZero() {
		return "无"
	}
	return number(l.N) + " " + unitNames[l.Unit]
}

var unitNames = map[deadline.Unit]string{
	deadline.UrgentMinutes: "紧急分钟", deadline.UrgentHours: "紧急工作时", deadline.UrgentDays: "紧急工作日",
	deadline.WorkingHours: "工作时", deadline.WorkingDays: "工作日", deadline.NaturalDays: "自然日",
}
