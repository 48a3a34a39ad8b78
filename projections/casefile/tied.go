package casefile

import (
	"slices"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// tied folds what ties incidents together, and what was wrong about them.
func (d names) tied(f File, e incident.Event, at time.Time) File {
	switch e := e.(type) {
	case incident.Merged:
		kept := Kept{f.AcceptDue, f.ReturnBy, f.Requests, f.Suspension, f.StageClock, f.TotalClock}
		blames := f.Blames
		f = f.end(incident.StatusMerged, at)
		f.Kept, f.Blames, f.MergedInto = &kept, blames, &Link{e.Into, e.IntoNumber}
	case incident.Unmerged:
		f = d.unmerged(f, e)
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
	}
	return f
}

// unmerged takes f up where it stood: its clocks never stopped.
func (d names) unmerged(f File, e incident.Unmerged) File {
	k := f.Kept
	if k == nil {
		k = &Kept{}
	}
	stage := e.Stage
	f.Status, f.ClosedAt, f.MergedInto, f.Kept = incident.StatusOpen, nil, nil, nil
	f.Stage, f.StageClock, f.TotalClock = &stage, k.StageClock, k.TotalClock
	if k.TotalClock != nil {
		f.Due.Total = utc(k.TotalClock.Due)
	}
	f = d.stand(f, e.Standing)
	if stage == incident.Handling {
		f.AcceptDue, f.ReturnBy, f.Requests = k.AcceptDue, k.ReturnBy, k.Requests
		f.Suspension, f.Suspended = k.Suspension, k.Suspension != nil
	}
	return f
}

func (d names) corrected(f File, e incident.Corrected) File {
	if e.Location != nil {
		place := jurisdiction.Place{}
		if e.Place != nil {
			place = *e.Place
		}
		f = f.lies(*e.Location, place)
		f = f.flagged(incident.Unplaced, e.Location.Point == nil).
			flagged(incident.OutsideGrid, e.Location.Point != nil && place.Grid == "").
			flagged(incident.Pinned, e.Location.Pinned).unflag(incident.PlaceInDoubt)
	}
	if e.Matter != nil {
		f = d.matter(f, *e.Matter, e.Criterion).unflag(incident.NoMatter)
		if f.FiledAt != nil {
			f = f.flagged(incident.NoCriterion, e.Criterion == "")
		}
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
		f = d.stand(f, *e.Back)
	}
	return f
}

// flagged sets a flag or takes it away.
func (f File) flagged(flag incident.Flag, set bool) File {
	if set {
		return f.flag(flag)
	}
	return f.unflag(flag)
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
