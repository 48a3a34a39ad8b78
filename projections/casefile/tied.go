package casefile

import (
	"slices"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
)

// tied folds what ties incidents together, and what was wrong about them.
func (d names) tied(f File, e incident.Event, at time.Time) File {
	switch e := e.(type) {
	case incident.Merged:
		f = f.mergedAway(Link{e.Into, e.IntoNumber}, at)
	case incident.Unmerged: // folded by [names.whileMerged]; here nothing was merged
		f.Status, f.ClosedAt, f.MergedInto = incident.StatusOpen, nil, nil
		f = d.stand(f, e.Standing)
	case incident.Absorbed:
		if !slices.ContainsFunc(f.Absorbed, func(l Link) bool { return l.ID == e.From }) {
			f.Absorbed = append(slices.Clip(f.Absorbed), Link{e.From, e.Number})
		}
		f = f.flag(incident.Absorbing)
	case incident.Released:
		f.Absorbed = slices.DeleteFunc(slices.Clone(f.Absorbed), func(l Link) bool { return l.ID == e.From })
		if len(f.Absorbed) == 0 {
			f = f.unflag(incident.Absorbing)
		}
	case incident.Corrected:
		f = d.corrected(f, e)
	case incident.HandedOver:
		f.HandedOver = &HandedOver{e.Agency, e.Receipt}
		if e.RestID != "" {
			f.Rest = &e.RestID
		}
		f = f.settle(incident.TotalClock, true).end(incident.StatusClosed, at).flag(incident.HandedOverFlag)
	case incident.Recurred:
		f.Recurrence = &Recurrence{e.Of, e.Recurrence.Number, e.ClosedAt.UTC(), e.Count}
		f = f.flag(incident.RecurrenceFlag)
	case incident.Flagged:
		f = f.flag(e.Flag)
	default:
		return unhandled(e)
	}
	return f
}

// mergedAway ends f as another's duplicate. It keeps what it was, and goes on keeping
// it: the clocks of what may be taken up again do not stop.
func (f File) mergedAway(into Link, at time.Time) File {
	was := Whole(f)
	f = f.end(incident.StatusMerged, at)
	f.Was, f.MergedInto = &was, &into
	return f
}

// whileMerged returns a merged f after e: e came true of what it was, too.
func (d names) whileMerged(f File, r eventstore.Record, e incident.Event) File {
	was := d.evolve(File(*f.Was), r, e)
	if _, undone := e.(incident.Unmerged); undone {
		return was
	}
	return d.finish(was.mergedAway(*f.MergedInto, *f.ClosedAt))
}

func (d names) corrected(f File, e incident.Corrected) File {
	f.Flags = incident.CorrectedFlags(f.Flags, e)
	f = f.sorted()
	if e.Location != nil {
		place := jurisdiction.Place{}
		if e.Place != nil {
			place = *e.Place
		}
		f = f.lies(*e.Location, place)
	}
	if e.Matter != nil {
		f = d.matter(f, *e.Matter, e.Criterion)
	}
	if e.Limit != nil {
		f.CriterionUrgent = e.Limit.Unit.Urgent()
	}
	if e.Text != "" {
		f.Description = e.Text
	}
	if e.Severity != "" {
		f.Severity = e.Severity
	}
	if e.Concerns != nil {
		f = d.concerns(f, *e.Concerns)
	}
	if r := e.Routing; r != nil {
		f.IntakeDesk = r.Desk
		f.Routing = Routing{r.PolicyVersion, r.Reason, list(r.Candidates)}
	}
	if e.Back != nil {
		f.Coordination = nil
		f = d.stand(f.leavesUnit(), *e.Back)
	}
	return f
}

func (f File) key() catalogue.Key {
	if f.Matter == nil {
		return catalogue.Key{}
	}
	return catalogue.Key{Scheme: f.Matter.Scheme, Kind: f.Matter.Kind, Code: f.Matter.Code}
}

func (f File) place(district string) jurisdiction.Place {
	p := jurisdiction.Place{Community: f.Community, Street: f.Street, District: district}
	if f.Grid != nil {
		p.Grid, p.GridVersion = f.Grid.Code, f.Grid.Version
	}
	return p
}
