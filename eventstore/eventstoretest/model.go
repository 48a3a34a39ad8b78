package eventstoretest

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"gridcommand/eventstore"

	"github.com/anishathalye/porcupine"
)

// checking bounds how long the checker looks for an order. Sound histories take it
// milliseconds.
const checking = time.Minute

// A Violation is a history that no order of its calls explains.
type Violation struct {
	What  string // "the ledger", or a stream
	Lost  []string
	model porcupine.Model
	info  porcupine.LinearizationInfo
}

func (v *Violation) Error() string {
	return fmt.Sprintf("no order of the calls explains the history of %s; where most of it is explained, these are left:\n%s", v.What, strings.Join(v.Lost, "\n"))
}

// draw writes a page that shows the history in a browser.
func (v *Violation) draw(w io.Writer) error { return porcupine.Visualize(v.model, v.info, w) }

// check looks for an order of all calls as one ledger, then stream by stream. The
// second is weaker and quicker, and names the stream.
func (h *history) check() error {
	if err := h.explain("the ledger", spec{history: h}, h.calls); err != nil {
		return err
	}
	if h.load.Plain {
		return nil
	}
	for n := range h.load.Streams {
		only := eventstore.StreamOf("incident", fmt.Sprint(n))
		s := spec{history: h, only: only}
		if err := h.explain(string(only), s, slices.DeleteFunc(slices.Clone(h.calls), func(c call) bool { return !s.concerns(c) })); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) explain(what string, s spec, calls []call) error {
	operations := make([]porcupine.Operation, len(calls))
	for i, c := range calls {
		operations[i] = porcupine.Operation{ClientId: c.caller, Input: c.asked, Output: c.answer, Call: c.begun, Return: c.ended}
	}
	model := s.model()
	switch porcupine.CheckOperationsTimeout(model, operations, checking) {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return fmt.Errorf("the history of %s, %d calls, was not explained within %v", what, len(calls), checking)
	}
	_, info := porcupine.CheckOperationsVerbose(model, operations, checking)
	v := &Violation{What: what, model: model, info: info}
	explained := map[int]bool{}
	for _, partition := range info.PartialLinearizations() {
		longest := slices.MaxFunc(partition, func(a, b []int) int { return cmp.Compare(len(a), len(b)) })
		for _, i := range longest {
			explained[i] = true
		}
	}
	for i, c := range calls {
		if !explained[i] && len(v.Lost) < 8 {
			v.Lost = append(v.Lost, fmt.Sprintf("  [%d, %d] caller %d: %s", c.begun, c.ended, c.caller, describe(c.asked, c.answer)))
		}
	}
	return v
}

// A spec is what a ledger with one caller does, seen whole or, if only is set, as far
// as one stream goes. Its state is the facts stored so far; it is never changed in place.
type spec struct {
	*history
	only eventstore.Stream
}

func (s spec) model() porcupine.Model {
	before := s.restrict(s.before)
	base := len(before)
	return porcupine.Model{
		Init: func() any { return before },
		Step: func(state, asked, answer any) (bool, any) { return s.step(state.([]fact), asked, answer) },
		Equal: func(a, b any) bool { // all states begin with what was there before
			x, y := a.([]fact), b.([]fact)
			return len(x) == len(y) && slices.Equal(x[base:], y[base:])
		},
		DescribeOperation: describe,
		DescribeState:     func(state any) string { return fmt.Sprintf("%d facts", len(state.([]fact))) },
	}
}

func (s spec) sees(stream eventstore.Stream) bool { return s.only == "" || s.only == stream }

func (s spec) restrict(all []fact) []fact {
	var some []fact
	for _, f := range all {
		if s.sees(f.stream) {
			some = append(some, f)
		}
	}
	return some
}

// concerns tells whether c says anything of the one stream. A key belongs to the
// whole ledger, so what was answered because of another request's key does not.
func (s spec) concerns(c call) bool {
	switch answer := c.answer.(type) {
	case reused, found, nothing:
		return false
	case conflict:
		return answer.Stream == s.only
	}
	switch asked := c.asked.(type) {
	case *request:
		return slices.ContainsFunc(asked.append.Writes, func(w eventstore.Write) bool { return w.Stream == s.only })
	case askRead:
		return asked.stream == s.only
	}
	return true
}

func (s spec) step(have []fact, asked, answer any) (bool, []fact) {
	switch asked := asked.(type) {
	case *request:
		return s.append(have, asked, answer)
	case askLookup:
		was, result := s.remembered(have, asked.key)
		switch answer := answer.(type) {
		case reused:
			return was != nil && was.append.Key.Digest != asked.key.Digest, have
		case found:
			if !answer.known {
				return was == nil, have
			}
			return was != nil && was.append.Key.Digest == asked.key.Digest && answer.Result == result, have
		}
	case askRead:
		var want []fact
		for _, f := range have {
			if f.stream == asked.stream && f.version > asked.after {
				want = append(want, f)
			}
		}
		return slices.Equal(want, answer.(facts)), have
	case askPage:
		return s.pageIs(have, asked, answer.(facts)), have
	case askHead:
		if s.only != "" { // it may be moved by others
			return len(have) == 0 || have[len(have)-1].position <= eventstore.Position(answer.(head)), have
		}
		return len(have) == int(answer.(head)), have
	}
	panic(fmt.Sprintf("eventstoretest: %T answered by %T", asked, answer))
}

// pageIs tells whether page is what a ledger that holds have answers: the next facts,
// though maybe not all of them. Only an empty page says that there are no more.
func (s spec) pageIs(have []fact, asked askPage, page facts) bool {
	end := eventstore.Position(math.MaxInt64)
	if n := len(page); n > 0 {
		end = page[n-1].position
	}
	if len(page) > asked.limit {
		return false
	}
	from, _ := slices.BinarySearchFunc(have, asked.after+1, func(f fact, p eventstore.Position) int { return cmp.Compare(f.position, p) })
	rest := have[from:]
	for _, f := range page {
		if !s.sees(f.stream) {
			continue
		}
		if len(rest) == 0 || rest[0] != f {
			return false
		}
		rest = rest[1:]
	}
	return len(rest) == 0 || rest[0].position > end
}

func (s spec) append(have []fact, r *request, answer any) (bool, []fact) {
	if _, ok := answer.(nothing); ok {
		return true, have
	}
	if s.only == "" && !r.append.Key.IsZero() {
		if was, result := s.remembered(have, r.append.Key); was != nil {
			switch answer := answer.(type) {
			case reused:
				return was.append.Key.Digest != r.append.Key.Digest, have
			case stored:
				if was != r {
					return false, have
				}
				if answer.Last == 0 { // done by another call of the same request
					return true, have
				}
				return answer.Result == result, have
			}
			return false, have
		}
	}
	switch answer := answer.(type) {
	case conflict:
		for _, w := range r.append.Writes {
			version := s.version(have, w.Stream)
			if w.Stream == answer.Stream {
				return answer.Want == w.Expect && answer.Have == version && !w.Expect.Met(version), have
			}
			if s.only == "" && !w.Expect.Met(version) {
				return false, have // an earlier write should have been named
			}
		}
		return false, have
	case stored:
		return s.store(have, r, answer)
	}
	return false, have // the key is not known, so it cannot have been reused
}

// store adds the facts of r where the answer says that they are.
func (s spec) store(have []fact, r *request, answer stored) (bool, []fact) {
	if s.only != "" && slices.ContainsFunc(have, func(f fact) bool { return f.request == r.number }) {
		return !r.append.Key.IsZero() && (answer.Replayed || answer.Last == 0), have
	}
	if answer.Replayed {
		return false, have
	}
	if s.only == "" && answer.First != eventstore.Position(len(have)+1) {
		return false, have
	}
	next := have[:len(have):len(have)]
	position, draft := answer.First, 0
	for i, w := range r.append.Writes {
		version := s.version(have, w.Stream)
		if s.sees(w.Stream) && !w.Expect.Met(version) {
			return false, have
		}
		for range w.Drafts {
			if !s.load.Plain {
				version++
			}
			if s.sees(w.Stream) {
				next = append(next, fact{request: r.number, draft: draft, position: position, stream: w.Stream, version: version})
			}
			position++
			draft++
		}
		if i == 0 && answer.Last != 0 && !s.load.Plain && s.sees(w.Stream) && (answer.Stream != w.Stream || answer.Version != version) {
			return false, have
		}
	}
	if answer.Last != 0 && answer.Last != position-1 {
		return false, have
	}
	return true, next
}

func (s spec) version(have []fact, stream eventstore.Stream) eventstore.Version {
	for _, f := range slices.Backward(have) {
		if f.stream == stream {
			return f.version
		}
	}
	return 0
}

// remembered returns the request that was stored under k, and the answer it is given
// from then on.
func (s spec) remembered(have []fact, k eventstore.Key) (*request, eventstore.Result) {
	for i, f := range have {
		r := s.requests[f.request]
		if f.draft != 0 || r.append.Key.Scope != k.Scope || r.append.Key.ID != k.ID || k.IsZero() {
			continue
		}
		return r, eventstore.Result{
			First: f.position, Last: f.position + eventstore.Position(r.facts) - 1,
			Stream: f.stream, Version: have[i+len(r.append.Writes[0].Drafts)-1].version, Replayed: true,
		}
	}
	return nil, eventstore.Result{}
}

func describe(asked, answer any) string {
	var question string
	switch asked := asked.(type) {
	case *request:
		question = fmt.Sprintf("Append %d", asked.number)
		if !asked.append.Key.IsZero() {
			question += " key " + asked.append.Key.ID
		}
		for _, w := range asked.append.Writes {
			question += fmt.Sprintf(" [%d to %s, expecting %v]", len(w.Drafts), w.Stream, w.Expect)
		}
	case askLookup:
		question = "Lookup " + asked.key.ID
	case askRead:
		question = fmt.Sprintf("Read %s after %d", asked.stream, asked.after)
	case askPage:
		question = fmt.Sprintf("Page after %d, at most %d", asked.after, asked.limit)
	case askHead:
		question = "Head"
	}
	switch answer := answer.(type) {
	case stored:
		if answer.Last == 0 {
			return fmt.Sprintf("%s: no answer, is at %d", question, answer.First)
		}
		return fmt.Sprintf("%s: %d to %d, version %d, replayed %v", question, answer.First, answer.Last, answer.Version, answer.Replayed)
	case conflict:
		return fmt.Sprintf("%s: %v", question, answer.ConflictError)
	case found:
		return fmt.Sprintf("%s: known %v, %d to %d, version %d", question, answer.known, answer.First, answer.Last, answer.Version)
	case facts:
		text := fmt.Sprintf("%s: %d facts", question, len(answer))
		if n := len(answer); n > 0 {
			text += fmt.Sprintf(", %d to %d", answer[0].position, answer[n-1].position)
		}
		return text
	}
	return fmt.Sprintf("%s: %T %v", question, answer, answer)
}
