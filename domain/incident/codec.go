package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// An UnknownTypeError says that a stored name means nothing to this program: a
// newer one wrote it. Whoever follows the ledger stops there, and skips nothing.
type UnknownTypeError struct{ Name string }

func (e *UnknownTypeError) Error() string {
	return fmt.Sprintf("incident: no event is stored as %q", e.Name)
}

// Encode returns e as it is stored: a name written by hand that never changes, and
// one JSON object.
func Encode(e Event) (name string, data []byte, err error) {
	data, err = json.Marshal(e)
	if err != nil {
		return "", nil, fmt.Errorf("incident: encoding %T: %w", e, err)
	}
	return nameOf(e), data, nil
}

// Decode returns the event that was stored under name, whatever version of the
// program stored it. It returns an [*UnknownTypeError] for a name it does not know.
func Decode(name string, data []byte) (Event, error) { return stored.decode(name, data) }

func nameOf(e Event) string {
	switch e.(type) {
	case Reported:
		return "incident.reported"
	case Routed:
		return "incident.routed"
	case Confirmed:
		return "incident.confirmed"
	case Refuted:
		return "incident.refuted"
	case Filed:
		return "incident.filed"
	case Declined:
		return "incident.declined"
	case Dispatched:
		return "incident.dispatched"
	case Delegated:
		return "incident.delegated"
	case Accepted:
		return "incident.accepted"
	case Handled:
		return "incident.handled"
	case Returned:
		return "incident.returned"
	case Transferred:
		return "incident.transferred"
	case Escalated:
		return "incident.escalated"
	case Passed:
		return "incident.passed"
	case Failed:
		return "incident.failed"
	case Closed:
		return "incident.closed"
	case Reopened:
		return "incident.reopened"
	case Voided:
		return "incident.voided"
	case Commented:
		return "incident.commented"
	case Attached:
		return "incident.attached"
	case Warned:
		return "incident.warned"
	case Expired:
		return "incident.expired"
	case ExtensionRequested:
		return "incident.extension_requested"
	case ExtensionGranted:
		return "incident.extension_granted"
	case ExtensionRefused:
		return "incident.extension_refused"
	case SuspensionRequested:
		return "incident.suspension_requested"
	case SuspensionGranted:
		return "incident.suspension_granted"
	case SuspensionRefused:
		return "incident.suspension_refused"
	case Resumed:
		return "incident.resumed"
	case Endorsed:
		return "incident.endorsed"
	case ReturnRequested:
		return "incident.return_requested"
	case ReturnRefused:
		return "incident.return_refused"
	case Recomputed:
		return "incident.recomputed"
	case Lapsed:
		return "incident.lapsed"
	case CoordinationOpened:
		return "incident.coordination_opened"
	case CoordinationConcluded:
		return "incident.coordination_concluded"
	case Helped:
		return "incident.helped"
	case Assigned:
		return "incident.assigned"
	case Called:
		return "incident.called"
	case Arrived:
		return "incident.arrived"
	case CallRefused:
		return "incident.call_refused"
	case Tasked:
		return "incident.tasked"
	case Urged:
		return "incident.urged"
	case Supervised:
		return "incident.supervised"
	case Replied:
		return "incident.replied"
	case Rated:
		return "incident.rated"
	case Appealed:
		return "incident.appealed"
	case AppealUpheld:
		return "incident.appeal_upheld"
	case AppealRejected:
		return "incident.appeal_rejected"
	case SpotChecked:
		return "incident.spot_checked"
	case CallerViewed:
		return "incident.caller_viewed"
	case Merged:
		return "incident.merged"
	case Unmerged:
		return "incident.unmerged"
	case Absorbed:
		return "incident.absorbed"
	case Released:
		return "incident.released"
	case Corrected:
		return "incident.corrected"
	case HandedOver:
		return "incident.handed_over"
	case Recurred:
		return "incident.recurred"
	case Flagged:
		return "incident.flagged"
	}
	panic(fmt.Sprintf("incident: event %T has no stored name", e))
}

// A codec reads stored facts. A name is read by a reader or, if it is an old name,
// translated to a newer one first.
//
// A new optional field needs no new name. A changed meaning does: the old name then
// stays here for ever, with an upcast to the new one.
type codec struct {
	readers map[string]reader
	upcasts map[string]upcast
}

type reader func(data []byte) (Event, error)

// An upcast translates what was stored under an old name into what is stored under
// a newer one, which may be old itself.
type upcast struct {
	to        string
	translate func(data []byte) ([]byte, error)
}

var stored = codec{readers: map[string]reader{
	"incident.reported":               as[Reported],
	"incident.routed":                 as[Routed],
	"incident.confirmed":              as[Confirmed],
	"incident.refuted":                as[Refuted],
	"incident.filed":                  as[Filed],
	"incident.declined":               as[Declined],
	"incident.dispatched":             as[Dispatched],
	"incident.delegated":              as[Delegated],
	"incident.accepted":               as[Accepted],
	"incident.handled":                as[Handled],
	"incident.returned":               as[Returned],
	"incident.transferred":            as[Transferred],
	"incident.escalated":              as[Escalated],
	"incident.passed":                 as[Passed],
	"incident.failed":                 as[Failed],
	"incident.closed":                 as[Closed],
	"incident.reopened":               as[Reopened],
	"incident.voided":                 as[Voided],
	"incident.commented":              as[Commented],
	"incident.attached":               as[Attached],
	"incident.warned":                 as[Warned],
	"incident.expired":                as[Expired],
	"incident.extension_requested":    as[ExtensionRequested],
	"incident.extension_granted":      as[ExtensionGranted],
	"incident.extension_refused":      as[ExtensionRefused],
	"incident.suspension_requested":   as[SuspensionRequested],
	"incident.suspension_granted":     as[SuspensionGranted],
	"incident.suspension_refused":     as[SuspensionRefused],
	"incident.resumed":                as[Resumed],
	"incident.endorsed":               as[Endorsed],
	"incident.return_requested":       as[ReturnRequested],
	"incident.return_refused":         as[ReturnRefused],
	"incident.recomputed":             as[Recomputed],
	"incident.lapsed":                 as[Lapsed],
	"incident.coordination_opened":    as[CoordinationOpened],
	"incident.coordination_concluded": as[CoordinationConcluded],
	"incident.helped":                 as[Helped],
	"incident.assigned":               as[Assigned],
	"incident.called":                 as[Called],
	"incident.arrived":                as[Arrived],
	"incident.call_refused":           as[CallRefused],
	"incident.tasked":                 as[Tasked],
	"incident.urged":                  as[Urged],
	"incident.supervised":             as[Supervised],
	"incident.replied":                as[Replied],
	"incident.rated":                  as[Rated],
	"incident.appealed":               as[Appealed],
	"incident.appeal_upheld":          as[AppealUpheld],
	"incident.appeal_rejected":        as[AppealRejected],
	"incident.spot_checked":           as[SpotChecked],
	"incident.caller_viewed":          as[CallerViewed],
	"incident.merged":                 as[Merged],
	"incident.unmerged":               as[Unmerged],
	"incident.absorbed":               as[Absorbed],
	"incident.released":               as[Released],
	"incident.corrected":              as[Corrected],
	"incident.handed_over":            as[HandedOver],
	"incident.recurred":               as[Recurred],
	"incident.flagged":                as[Flagged],
}}

func (c codec) decode(name string, data []byte) (Event, error) {
	was := name
	for up, old := c.upcasts[name]; old; up, old = c.upcasts[name] {
		newer, err := up.translate(data)
		if err != nil {
			return nil, fmt.Errorf("incident: translating %s to %s: %w", name, up.to, err)
		}
		name, data = up.to, newer
	}
	read, known := c.readers[name]
	if !known {
		return nil, &UnknownTypeError{Name: name}
	}
	e, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("incident: decoding %s: %w", was, err)
	}
	return e, nil
}

// as reads an event of one type. Fields it does not know are a newer program's
// optional ones and are passed over.
func as[E Event](data []byte) (Event, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return nil, fmt.Errorf("a fact is one JSON object, not %.20q", data)
	}
	var e E
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	if e.fact().At.IsZero() {
		return nil, fmt.Errorf("a fact has a time")
	}
	return e, nil
}
