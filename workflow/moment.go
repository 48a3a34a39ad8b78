package workflow

import (
	"fmt"
	"time"

	"gridcommand/domain/incident"
)

// momentOf returns when e came true.
func momentOf(e incident.Event) time.Time {
	switch e := e.(type) {
	case incident.Reported:
		return e.At
	case incident.Routed:
		return e.At
	case incident.Confirmed:
		return e.At
	case incident.Refuted:
		return e.At
	case incident.Filed:
		return e.At
	case incident.Declined:
		return e.At
	case incident.Dispatched:
		return e.At
	case incident.Delegated:
		return e.At
	case incident.Accepted:
		return e.At
	case incident.Handled:
		return e.At
	case incident.Returned:
		return e.At
	case incident.Transferred:
		return e.At
	case incident.Escalated:
		return e.At
	case incident.Passed:
		return e.At
	case incident.Failed:
		return e.At
	case incident.Closed:
		return e.At
	case incident.Reopened:
		return e.At
	case incident.Voided:
		return e.At
	case incident.Commented:
		return e.At
	case incident.Attached:
		return e.At
	case incident.Warned:
		return e.At
	case incident.Expired:
		return e.At
	}
	panic(fmt.Sprintf("workflow: unhandled event %T", e))
}
