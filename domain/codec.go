package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// An UnknownTypeError says that a stored name means nothing to this program: a newer
// one wrote it. Whoever follows the ledger stops there, and skips nothing.
type UnknownTypeError struct{ Name string }

func (e *UnknownTypeError) Error() string {
	return fmt.Sprintf("domain: no event is stored as %q", e.Name)
}

// Encode returns a fact as it is stored: under a name that was written by hand and
// never changes, as one JSON object.
func Encode(name string, fact any) (string, []byte, error) {
	data, err := json.Marshal(fact)
	if err != nil {
		return "", nil, fmt.Errorf("domain: encoding %s: %w", name, err)
	}
	return name, data, nil
}

// Decode reads a fact of one type: one JSON object that says when it came true, as at
// tells. Fields it does not know are a newer program's optional ones and are passed over.
func Decode[E any](name string, data []byte, at func(E) time.Time) (E, error) {
	var fact E
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return fact, fmt.Errorf("domain: decoding %s: a fact is one JSON object, not %.20q", name, data)
	}
	if err := json.Unmarshal(data, &fact); err != nil {
		return fact, fmt.Errorf("domain: decoding %s: %w", name, err)
	}
	if at(fact).IsZero() {
		return fact, fmt.Errorf("domain: decoding %s: a fact has a time", name)
	}
	return fact, nil
}
