// Package domain joins the rules of grid management to the ledger's shape. The
// rules themselves are in its sub-packages; they have no clock, no input or
// output and no randomness: everything a rule needs comes in the command.
package domain

import (
	"errors"
	"fmt"
)

// A Decider is the pure heart of one kind of stream. Decide returns the facts
// that follow from a command, or the reason there are none; Evolve returns the
// state after a fact and never fails.
type Decider[C, E, S any] struct {
	Decide func(S, C) ([]E, error)
	Evolve func(S, E) S
}

// Fold returns the state after events, beginning at s.
func (d Decider[C, E, S]) Fold(s S, events ...E) S {
	for _, e := range events {
		s = d.Evolve(s, e)
	}
	return s
}

// A Refusal is a rule's no. It is an answer, not a failure: nothing happened.
type Refusal struct {
	Code   string // stable, snake_case, e.g. "not_the_holder"
	Detail string // one English sentence for a person
	Zh     string // the same sentence in Chinese, by the glossary's words
	Field  string // the command's field at fault, if one is; JSON name
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Detail }

// Refuse returns a [*Refusal].
func Refuse(code, zh, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Zh: zh, Detail: fmt.Sprintf(format, args...)}
}

// AsRefusal returns the refusal in err's chain, if there is one.
func AsRefusal(err error) (*Refusal, bool) { return errors.AsType[*Refusal](err) }
