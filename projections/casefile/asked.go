package casefile

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
)

// asked folds what a unit asks for while it handles, and what moves the clocks.
func (d names) asked(f File, e incident.Event, at time.Time) File {
	switch e := e.(type) {
	case incident.ExtensionRequested:
		f.Requests.Extension = &Request{Named: d.named(e.Unit), Reason: e.Reason, At: at}
	case incident.ExtensionGranted:
		f.Extensions++
		f.Requests.Extension = nil
		f = d.stand(f, e.Standing)
		for i, h := range f.Helpers {
			if !h.Done && slices.Contains(f.AsLead, h.Unit) {
				f.Helpers = changed(f.Helpers, i, func(h *Helper) { h.Due = f.Due.Stage })
			}
		}
	case incident.ExtensionRefused:
		f.Requests.Extension = nil
	case incident.SuspensionRequested:
		f.Requests.Suspension = &Request{Named: d.named(e.Unit), Reason: e.Reason, At: at, Until: utc(&e.Until), Code: string(e.Code)}
	case incident.SuspensionGranted:
		f = d.stand(f, e.Standing).besides(e.Beside)
		f.Suspensions++
		f.Requests.Suspension = nil
		f.Suspended, f.Suspension = true, &Suspension{at, e.Until.UTC(), e.Code, e.Reason}
		f.SuspendedAs = new(f.where(e.Holder, PersonOf(e), at))
	case incident.SuspensionRefused:
		f.Requests.Suspension = nil
	case incident.Resumed:
		f.Suspended, f.Suspension = false, nil
		f = d.stand(f, e.Standing).besides(e.Beside)
	case incident.Endorsed:
		f.Requests = f.Requests.endorsed(e.Request)
	case incident.ReturnRequested:
		f.Requests.Return = &Request{
			Named: d.named(e.Unit), Reason: e.Reason, At: at, Code: string(e.Code), Clause: e.Clause, ReviewDue: utc(e.Review.Due),
		}
	case incident.ReturnRefused:
		f.Requests.Return = nil
	case incident.Recomputed:
		f = d.stand(f, e.Standing)
		if e.Accept != nil {
			f.AcceptDue = utc(e.Accept.Due)
		}
		if e.Return != nil {
			f.ReturnBy = utc(e.Return.Due)
		}
	case incident.Lapsed:
		f = f.lapsed(e)
	default:
		return unhandled(e)
	}
	return f
}

// endorsed returns r with one rung more for a request.
func (r Requests) endorsed(kind incident.RequestKind) Requests {
	up := func(x *Request) *Request {
		if x == nil {
			return nil
		}
		y := *x
		y.Rungs++
		return &y
	}
	switch kind {
	case incident.ExtensionRequest:
		r.Extension = up(r.Extension)
	case incident.SuspensionRequest:
		r.Suspension = up(r.Suspension)
	case incident.ReturnRequest:
		r.Return = up(r.Return)
	}
	return r
}

// lapsed notes what was not done within its own limit.
func (f File) lapsed(e incident.Lapsed) File {
	i := e.N - 1
	switch e.Of {
	case incident.ReplyDuty:
		f.Supervisions = changed(f.Supervisions, i, func(s *Supervision) { s.Lapsed = true })
	case incident.CallDuty:
		f.Calls = changed(f.Calls, i, func(c *Call) { c.Lapsed = true })
	case incident.HelpDuty:
		f.Helpers = changed(f.Helpers, i, func(h *Helper) { h.Late = true })
	}
	return f
}

// besides sets the limits that run beside the two clocks.
func (f File) besides(b incident.Beside) File {
	for i, due := range b.Helping {
		f.Helpers = changed(f.Helpers, i, func(h *Helper) { h.Due = utc(due.Due) })
	}
	for i, due := range b.Calling {
		f.Calls = changed(f.Calls, i, func(c *Call) { c.Due = utc(due.Due) })
	}
	return f
}

// changed returns a copy of list in which element i, if there is one, is changed.
func changed[T any](list []T, i int, change func(*T)) []T {
	if i < 0 || i >= len(list) {
		return list
	}
	list = slices.Clone(list)
	change(&list[i])
	return list
}
