package eventstore

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Text returns m as storage engines keep it: a JSON object without empty members.
func (m Meta) Text() string {
	if m == (Meta{}) {
		return "{}"
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // three strings always marshal
	}
	return string(text)
}

// A MetaReader reads what [Meta.Text] wrote, and nothing else: text that says the same
// in other bytes was written by somebody else. Facts that lie side by side mostly came
// from one command, so it remembers the last one. Its zero value is ready.
type MetaReader struct {
	text string
	meta Meta
}

// Read returns the Meta that text stands for.
func (r *MetaReader) Read(text []byte) (Meta, error) {
	if len(text) > 0 && string(text) == r.text {
		return r.meta, nil
	}
	m, ok := readPlainMeta(string(text))
	if !ok {
		m = Meta{}
		if err := json.Unmarshal(text, &m); err != nil {
			return Meta{}, fmt.Errorf("eventstore: meta %.100q: %w", text, err)
		}
		if m.Text() != string(text) {
			return Meta{}, fmt.Errorf("eventstore: meta %.100q was not written by this program", text)
		}
	}
	r.text, r.meta = string(text), m
	return m, nil
}

// readPlainMeta reads a meta whose texts need no escapes, as most are; false: it is not such a one.
func readPlainMeta(text string) (m Meta, ok bool) {
	rest, ok := strings.CutPrefix(text, "{")
	if !ok {
		return m, false
	}
	some := false
	for _, member := range []struct {
		name string
		to   *string
	}{{`"actor":"`, &m.Actor}, {`"correlation":"`, &m.Correlation}, {`"causation":"`, &m.Causation}} {
		from := rest
		if some {
			if from, ok = strings.CutPrefix(rest, ","); !ok {
				break
			}
		}
		value, there := strings.CutPrefix(from, member.name)
		if !there {
			continue
		}
		end := strings.IndexAny(value, "\"\\")
		if end < 1 || value[end] != '"' {
			return m, false
		}
		*member.to, rest, some = value[:end], value[end+1:], true
	}
	return m, rest == "}"
}
