package workflow

import (
	"errors"
	"fmt"
	"sync"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// names knows the stored names of facts: those of today, and those of yesterday
// that today's program still reads as one of today's.
type names struct {
	mu    sync.Mutex
	today map[string]string // stored name → the name its event has today
}

func newNames() (*names, error) {
	n := &names{today: map[string]string{}}
	for _, e := range incident.Events {
		name, _, err := incident.Encode(e)
		if err != nil {
			return nil, fmt.Errorf("workflow: the stored name of %T: %w", e, err)
		}
		n.today[name] = name
	}
	return n, nil
}

// of returns the name that r's event has today. Facts of other categories have
// none. A name that this program does not know is an [*incident.UnknownTypeError].
func (n *names) of(r eventstore.Record) (string, error) {
	if r.Stream.Category() != Category {
		return "", nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if name, ok := n.today[r.Type]; ok {
		return name, nil
	}
	e, err := incident.Decode(r.Type, r.Data)
	if err != nil {
		if isUnknown(err) {
			return "", err
		}
		// An old name over bytes that cannot be read: whoever wants the fact finds out.
		return r.Type, nil
	}
	name, _, err := incident.Encode(e)
	if err != nil {
		return "", fmt.Errorf("workflow: the stored name of %T: %w", e, err)
	}
	n.today[r.Type] = name
	return name, nil
}

// isUnknown tells whether err says that a newer program wrote the fact.
func isUnknown(err error) bool {
	_, unknown := errors.AsType[*incident.UnknownTypeError](err)
	return unknown
}

// nameOf returns the stored name of e.
func (n *names) nameOf(e incident.Event) string {
	name, _, err := incident.Encode(e)
	if err != nil {
		panic(err) // newNames has encoded every event
	}
	return name
}
