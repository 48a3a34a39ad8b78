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
	"incident.reported":    as[Reported],
	"incident.routed":      as[Routed],
	"incident.confirmed":   as[Confirmed],
	"incident.refuted":     as[Refuted],
	"incident.filed":       as[Filed],
	"incident.declined":    as[Declined],
	"incident.dispatched":  as[Dispatched],
	"incident.delegated":   as[Delegated],
	"incident.accepted":    as[Accepted],
	"incident.handled":     as[Handled],
	"incident.returned":    as[Returned],
	"incident.transferred": as[Transferred],
	"incident.escalated":   as[Escalated],
	"incident.passed":      as[Passed],
	"incident.failed":      as[Failed],
	"incident.closed":      as[Closed],
	"incident.reopened":    as[Reopened],
	"incident.voided":      as[Voided],
	"incident.commented":   as[Commented],
	"incident.attached":    as[Attached],
	"incident.warned":      as[Warned],
	"incident.expired":     as[Expired],
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
