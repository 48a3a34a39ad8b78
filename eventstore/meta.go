package eventstore

import (
	"encoding/json"
	"fmt"
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

// A MetaReader reads what [Meta.Text] wrote. Facts that lie side by side mostly
// came from one command, so it remembers the last one. Its zero value is ready.
type MetaReader struct {
	text string
	meta Meta
}

// Read returns the Meta that text stands for.
func (r *MetaReader) Read(text []byte) (Meta, error) {
	if string(text) == r.text {
		return r.meta, nil
	}
	var m Meta
	if err := json.Unmarshal(text, &m); err != nil {
		return Meta{}, fmt.Errorf("eventstore: meta %.100q: %w", text, err)
	}
	r.text, r.meta = string(text), m
	return m, nil
}
