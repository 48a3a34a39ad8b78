package casefile

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
)

// watched folds what those above, the callers and the auditors say.
func (d names) watched(f File, e incident.Event, at time.Time) File {
	switch e := e.(type) {
	case incident.Urged:
		f.Urges++
	case incident.Supervised:
		f.Supervisions = append(slices.Clip(f.Supervisions), Supervision{
			N: e.N, ByUnit: e.By.Unit, Question: e.Question, ReplyBy: e.ReplyBy.UTC(),
		})
		f = f.flag(incident.SupervisedFlag)
	case incident.Replied:
		f.Supervisions = changed(f.Supervisions, e.N-1, func(s *Supervision) { s.Answer, s.RepliedAt, s.Late = e.Answer, &at, e.Late })
		if !slices.ContainsFunc(f.Supervisions, func(s Supervision) bool { return s.RepliedAt == nil }) {
			f = f.unflag(incident.SupervisedFlag)
		}
	case incident.Rated:
		f.Ratings = append(slices.Clip(f.Ratings), Rating{e.Score, e.Rater, at})
	case incident.Appealed:
		f.Appeal = &Appeal{d.named(e.Unit), e.Reason, at, e.Grounds, Pending, e.Desk}
	case incident.AppealUpheld:
		f = f.decided(Upheld, e.Desk).exempt(e.Unit, e.Grounds).flag(incident.Exempted)
		for _, g := range e.Grounds {
			if !slices.Contains(f.Exemptions, g) {
				f.Exemptions = append(slices.Clip(f.Exemptions), g)
			}
		}
	case incident.AppealRejected:
		if e.Next != "" {
			return f.decided(Pending, e.Next)
		}
		return f.decided(Rejected, e.Desk)
	case incident.SpotChecked:
		f.SpotChecks = append(slices.Clip(f.SpotChecks), SpotCheck{e.Genuine, e.Reason, at})
		if !e.Genuine {
			f = f.flag(incident.FalseHandling)
		}
		if e.Again != nil {
			f = d.stand(f.again(), *e.Again)
		}
	case incident.CallerViewed:
	default:
		return unhandled(e)
	}
	return f
}

// decided returns f with its appeal in a state, at a desk.
func (f File) decided(state, desk string) File {
	if f.Appeal != nil {
		a := *f.Appeal
		a.State, a.Desk = state, desk
		f.Appeal = &a
	}
	return f
}
