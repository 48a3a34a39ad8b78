package casefile

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
)

// where says what a fact about f counts for.
func (f File) where(unit, person string, at time.Time) Where {
	w := Where{Street: f.Seen.Street, Community: f.Seen.Community, Tier: f.Tier, Unit: unit, Person: person, At: at}
	if f.Matter != nil {
		w.Matter = f.Matter.Key()
	}
	return w
}

// Alone returns f as it would be if it had not been merged into another.
func (f File) Alone() File {
	if f.Was != nil {
		return File(*f.Was)
	}
	return f
}

// Answers is the unit that a total time is held against.
func (f File) Answers() string {
	if f.Unit != "" {
		return f.Unit
	}
	return f.IntakeDesk
}

// PersonOf is the account that acted; empty: the program did by itself.
func PersonOf(e incident.Event) string {
	if by := incident.FactOf(e).By; by.Person != incident.Workflow.Person {
		return by.Person
	}
	return ""
}

// AnswersBy is the account that answers for what [File.Answers] answers for: who handled
// it, else who has it to handle.
func (f File) AnswersBy() string {
	if f.HandledBy == "" && f.Stage != nil && *f.Stage == incident.Handling {
		return f.assigned()
	}
	return f.HandledBy
}

func (f File) assigned() string {
	if f.Assignee == nil {
		return ""
	}
	return f.Assignee.Person
}

func (f File) blame(b Blame) File {
	f.Blames = append(slices.Clip(f.Blames), b)
	return f
}

// expired notes that a clock passed its deadline, and on whom it falls: the stage's on
// who had it then, the total on who handles it.
func (d names) expired(f File, e incident.Expired, at time.Time) File {
	f = f.mark(e.Clock, Expired)
	f.Overdue = true
	late := Lateness{e.Clock, e.Stage, d.named(e.Holder), e.Due.UTC()}
	if !slices.Contains(f.Late, late) {
		f.Late = append(slices.Clip(f.Late), late)
	}
	if _, again := f.Expiry(e.Clock); again {
		return f // its end was moved after it had passed, and passed again: one run, one blame
	}
	unit, person := e.Holder, ""
	switch {
	case e.Clock == incident.TotalClock:
		unit, person = f.Answers(), f.AnswersBy()
	case e.Stage == incident.Handling:
		person = f.assigned()
	}
	return f.blame(Blame{Ground: incident.TimedOut, Clock: e.Clock, Stage: e.Stage, Open: true, Where: f.where(unit, person, at)})
}

// worked says that the work of f's stage is done, late if its clock had expired.
func (f File) worked() File { return f.settle(incident.StageClock, true) }

// settle ends the run of a clock for those that it blames.
func (f File) settle(c incident.Clock, late bool) File {
	open := func(b Blame) bool { return b.Open && b.Clock == c }
	if !slices.ContainsFunc(f.Blames, open) {
		return f
	}
	f.Blames = slices.Clone(f.Blames)
	for i, b := range f.Blames {
		if open(b) {
			f.Blames[i].Open, f.Blames[i].Late = false, late
		}
	}
	return f
}

// Expiry is the blame for the expiry of a clock that runs on: the last one, if any.
func (f File) Expiry(c incident.Clock) (Blame, bool) {
	for _, b := range slices.Backward(f.Blames) {
		if b.Open && b.Clock == c {
			return b, true
		}
	}
	return Blame{}, false
}

// Exempts returns the blames of a unit on these grounds that no appeal took away yet.
func (f File) Exempts(unit string, grounds []incident.Ground) []Blame {
	var list []Blame
	for _, b := range f.Blames {
		if !b.Exempt && b.Unit == unit && slices.Contains(grounds, b.Ground) {
			list = append(list, b)
		}
	}
	return list
}

func (f File) exempt(unit string, grounds []incident.Ground) File {
	f.Blames = slices.Clone(f.Blames)
	for i, b := range f.Blames {
		if b.Unit == unit && slices.Contains(grounds, b.Ground) {
			f.Blames[i].Exempt = true
		}
	}
	return f
}
