package eventstoretest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gridcommand/eventstore"
)

// RunLinearizable tries the promise under all the others: whatever many callers do
// at once, there is one order of their calls, in which each call lies between its
// start and its answer, that a ledger with one caller would have answered alike.
// Each call of open gives stores that share one empty ledger, as processes do; it
// closes them.
func RunLinearizable(t *testing.T, open func(t *testing.T) []eventstore.Store) {
	for _, c := range []struct {
		promise string
		load    Load
	}{
		{"calls on few streams, full of conflicts, repeats and callers that give up, have one order", Load{Streams: 3, Callers: 8, Calls: 40, Rounds: 4}},
		{"calls on many streams, most of which go well, have one order", Load{Streams: 14, Callers: 12, Calls: 50, Rounds: 3}},
	} {
		t.Run(c.promise, func(t *testing.T) { CheckLinearizable(t, open(t), c.load) })
	}
}

// CheckLinearizable is [Linearizable] in a test. What cannot be put in order is drawn
// as a page to look at among the test's artifacts.
func CheckLinearizable(t *testing.T, stores []eventstore.Store, l Load) {
	t.Helper()
	if l.Seed == 0 {
		l.Seed = rand.Uint64()
	}
	seen, err := Linearizable(t.Context(), stores, l)
	t.Logf("%v", seen)
	if v, ok := errors.AsType[*Violation](err); ok {
		page := filepath.Join(t.ArtifactDir(), "history.html")
		if f, err := os.Create(page); err == nil {
			_ = errors.Join(v.draw(f), f.Close())
			t.Logf("drawn in %s, kept with go test -artifacts", page)
		}
	}
	if err != nil {
		t.Errorf("seed %d: %v", l.Seed, err)
	}
}

// A Load says what is done to a ledger while its history is taken.
type Load struct {
	Seed    uint64
	Callers int // at once
	Calls   int // of each in one round
	Rounds  int // after each the history is checked
	Streams int // that they share

	// Disturb, if set, is called again and again during a round: it breaks connections,
	// say. Calls may then fail in ways that leave their outcome unknown.
	Disturb func(ctx context.Context)

	// Plain leaves out keys, expectations and streams: what is checked is the order of
	// positions alone, which is all that a ledger without them has.
	Plain bool
}

// Seen counts what was checked.
type Seen struct {
	Rounds, Calls, Facts            int
	Conflicts, Replayed, Reused     int
	Unknown, Nothing, Failed        int
	UnknownStored, UnknownNotStored int
}

func (s Seen) String() string {
	return fmt.Sprintf("%d rounds, %d calls, %d facts; appends that conflicted %d, were replayed %d, reused a key %d, certainly stored nothing %d, "+
		"had an unknown outcome %d (%d of these stored, %d not); reads that failed %d",
		s.Rounds, s.Calls, s.Facts, s.Conflicts, s.Replayed, s.Reused, s.Nothing, s.Unknown, s.UnknownStored, s.UnknownNotStored, s.Failed)
}

// Linearizable has many callers use stores that share one ledger and checks the
// history of each round twice, as one ledger and stream by stream. It returns a
// [*Violation] for a history that no order of calls explains.
//
// An append whose outcome the caller never learned may have been done at any time
// after it began, or never: the ledger tells which in the end.
func Linearizable(ctx context.Context, stores []eventstore.Store, l Load) (Seen, error) {
	h := &history{load: l, stores: stores}
	for round := range l.Rounds {
		if err := h.round(ctx, round); err != nil {
			return h.seen, fmt.Errorf("round %d: %w", round+1, err)
		}
	}
	return h.seen, nil
}

// A history is what was asked and answered in one round, and what the ledger held
// before it.
type history struct {
	load   Load
	stores []eventstore.Store
	clock  atomic.Int64 // moves at each start and each answer

	mu       sync.Mutex
	requests []*request // all that were ever sent, by number
	calls    []call     // of this round
	err      error      // the first answer that no ledger gives
	seen     Seen

	before    []fact     // what the ledger held when the round began
	unsettled []*request // of rounds before: nobody knows whether they will still be stored
}

// A request is an append as it was sent, once or more often. Its facts carry its
// number, so that they are known again wherever they are read.
type request struct {
	number int
	append eventstore.Append
	facts  int
}

// A fact is what the model of a ledger holds.
type fact struct {
	request, draft int
	position       eventstore.Position
	stream         eventstore.Stream
	version        eventstore.Version
}

// A call is one call of a method with its answer.
type call struct {
	caller        int
	begun, ended  int64
	asked, answer any
}

// What is asked beside *request:
type (
	askLookup struct{ key eventstore.Key }
	askRead   struct {
		stream eventstore.Stream
		after  eventstore.Version
	}
	askPage struct {
		after eventstore.Position
		limit int
	}
	askHead struct{}
)

// What is answered:
type (
	stored   struct{ eventstore.Result } // also replayed
	conflict struct{ *eventstore.ConflictError }
	reused   struct{}
	nothing  struct{} // certainly not stored
	unknown  struct{}
	found    struct {
		eventstore.Result
		known bool
	}
	facts []fact
	head  eventstore.Position
)

func (h *history) round(ctx context.Context, round int) error {
	h.calls = nil
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var disturbing sync.WaitGroup
	if h.load.Disturb != nil {
		disturbing.Go(func() {
			for ctx.Err() == nil {
				h.load.Disturb(ctx)
			}
		})
	}
	var callers sync.WaitGroup
	for c := range h.load.Callers {
		callers.Go(func() {
			newCaller(h, c, round).run(ctx)
		})
	}
	callers.Wait()
	cancel()
	disturbing.Wait()
	if h.err != nil {
		return h.err
	}
	after, err := h.everything(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	h.settle(after)
	h.seen.Rounds++
	h.seen.Calls += len(h.calls)
	h.seen.Facts = len(after)
	err = h.check()
	h.before = after
	return err
}

// everything reads the whole ledger once more, as the last calls of the round.
func (h *history) everything(ctx context.Context) ([]fact, error) {
	var all []fact
	for failed := 0; ; {
		ask := askPage{after: eventstore.Position(len(all)), limit: 1000}
		c := call{caller: h.load.Callers, begun: h.clock.Add(1), asked: ask}
		page, err := h.page(ctx, h.stores[0], ask.after, ask.limit)
		c.ended, c.answer = h.clock.Add(1), page
		if err != nil {
			// The connection that is used first may be one that was broken.
			if failed++; h.load.Disturb == nil || failed == 20 {
				return nil, err
			}
			continue
		}
		h.calls = append(h.calls, c)
		if len(page) == 0 {
			return all, nil
		}
		all = append(all, page...)
	}
}

// settle decides about the appends of unknown outcome. Those whose facts are in the
// ledger were done at some time since they began; the others leave the history.
func (h *history) settle(all []fact) {
	at := map[int]eventstore.Position{}
	for _, f := range all {
		if f.draft == 0 {
			at[f.request] = f.position
		}
	}
	for _, r := range h.unsettled {
		h.calls = append(h.calls, call{caller: h.load.Callers, asked: r, answer: unknown{}})
	}
	h.unsettled = nil
	end := h.clock.Add(1)
	h.calls = slices.DeleteFunc(h.calls, func(c call) bool {
		if _, ok := c.answer.(unknown); !ok {
			return false
		}
		r := c.asked.(*request)
		if at[r.number] == 0 {
			h.unsettled = append(h.unsettled, r)
			return true
		}
		h.seen.UnknownStored++
		return false
	})
	h.seen.UnknownNotStored = len(h.unsettled)
	for i := range h.calls {
		if _, ok := h.calls[i].answer.(unknown); ok {
			h.calls[i].ended = end
			h.calls[i].answer = stored{eventstore.Result{First: at[h.calls[i].asked.(*request).number]}}
		}
	}
}

func (h *history) note(c call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, c)
	switch answer := c.answer.(type) {
	case stored:
		if answer.Replayed {
			h.seen.Replayed++
		}
	case conflict:
		h.seen.Conflicts++
	case reused:
		h.seen.Reused++
	case nothing:
		h.seen.Nothing++
	case unknown:
		h.seen.Unknown++
	}
}

func (h *history) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.err = err
	}
}

// request makes a new request of writes, with facts of its own. Its key, if it has one,
// may be that of another, but its digest is not.
func (h *history) request(writes []eventstore.Write, key eventstore.Key) *request {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !key.IsZero() {
		key.Digest = sha256.Sum256(strconv.AppendInt(nil, int64(len(h.requests)), 10))
	}
	r := &request{number: len(h.requests), append: eventstore.Append{Writes: writes, Key: key, Meta: eventstore.Meta{Actor: fmt.Sprint("caller of ", len(h.requests))}}}
	for i := range writes {
		for j := range writes[i].Drafts {
			writes[i].Drafts[j] = eventstore.Draft{
				Type: "history.happened",
				At:   noon.Add(time.Duration(r.number) * time.Microsecond),
				Data: fmt.Appendf(nil, `{"request":%d,"draft":%d}`, r.number, r.facts),
			}
			r.facts++
		}
	}
	h.requests = append(h.requests, r)
	return r
}

// recent returns a request with a key that was sent lately, if there is one.
func (h *history) recent(rnd *rand.Rand) *request {
	h.mu.Lock()
	defer h.mu.Unlock()
	for range 10 {
		back := 1 + rnd.IntN(20)
		if back <= len(h.requests) && !h.requests[len(h.requests)-back].append.Key.IsZero() {
			return h.requests[len(h.requests)-back]
		}
	}
	return nil
}

func (h *history) page(ctx context.Context, s eventstore.Store, after eventstore.Position, limit int) (facts, error) {
	records, err := s.Page(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	var all facts
	for _, r := range records {
		f, err := h.known(r)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// errForeign says that a ledger gave a fact that nobody stored.
var errForeign = errors.New("a fact that was never given")

// known finds what r was stored by, and that it is as it was given.
func (h *history) known(r eventstore.Record) (fact, error) {
	var is struct{ Request, Draft int }
	if err := json.Unmarshal(r.Data, &is); err != nil {
		return fact{}, fmt.Errorf("%w: %+v: %w", errForeign, r, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f := fact{request: is.Request, draft: is.Draft, position: r.Position, stream: r.Stream, version: r.Version}
	if is.Request < len(h.requests) {
		from := h.requests[is.Request]
		n := 0
		for _, w := range from.append.Writes {
			for _, d := range w.Drafts {
				if n == is.Draft && w.Stream == r.Stream && (h.load.Plain || d.Type == r.Type && d.At.Equal(r.At) && from.append.Meta == r.Meta) && string(d.Data) == string(r.Data) {
					return f, nil
				}
				n++
			}
		}
	}
	return fact{}, fmt.Errorf("%w: %+v", errForeign, r)
}

// A caller makes one call after the other.
type caller struct {
	*history
	number int
	store  eventstore.Store
	rnd    *rand.Rand
	last   map[eventstore.Stream]eventstore.Version // what it last heard of streams
	head   eventstore.Position
	name   string
	keys   int
}

func newCaller(h *history, number, round int) *caller {
	return &caller{
		history: h, number: number, store: h.stores[number%len(h.stores)],
		rnd:  rand.New(rand.NewPCG(h.load.Seed, uint64(round)<<32|uint64(number))),
		last: map[eventstore.Stream]eventstore.Version{}, name: fmt.Sprint(round, ".", number),
	}
}

func (c *caller) run(ctx context.Context) {
	for range c.load.Calls {
		for range c.rnd.IntN(4) { // a moment to think, in which others get their turn
			runtime.Gosched()
		}
		switch n := c.rnd.IntN(100); {
		case n < 50 || c.load.Plain && n < 65:
			c.append(ctx, c.fresh())
		case n < 60:
			if r := c.recent(c.rnd); r != nil {
				c.append(ctx, r)
			}
		case n < 65:
			if r := c.recent(c.rnd); r != nil {
				c.append(ctx, c.request(c.writes(), r.append.Key))
			}
		case n < 75 && !c.load.Plain:
			c.lookup(ctx)
		case n < 85 && !c.load.Plain:
			c.read(ctx)
		case n < 95:
			c.readPage(ctx)
		default:
			c.readHead(ctx)
		}
	}
}

func (c *caller) stream() eventstore.Stream {
	return eventstore.StreamOf("incident", fmt.Sprint(c.rnd.IntN(c.load.Streams)))
}

func (c *caller) writes() []eventstore.Write {
	n := 1
	if c.rnd.IntN(4) == 0 {
		n += c.rnd.IntN(2) + 1
	}
	var writes []eventstore.Write
	for range n {
		w := eventstore.Write{Stream: c.stream(), Drafts: make([]eventstore.Draft, 1+c.rnd.IntN(3)*c.rnd.IntN(2))}
		if slices.ContainsFunc(writes, func(o eventstore.Write) bool { return o.Stream == w.Stream }) {
			continue
		}
		switch n := c.rnd.IntN(10); {
		case n < 5:
			w.Expect = eventstore.At(c.last[w.Stream])
		case n < 6:
			w.Expect = eventstore.Exists
		case n < 7:
			w.Expect = eventstore.NoStream
		}
		writes = append(writes, w)
	}
	return writes
}

func (c *caller) fresh() *request {
	if c.load.Plain {
		return c.request([]eventstore.Write{{Stream: c.stream(), Drafts: make([]eventstore.Draft, 1)}}, eventstore.Key{})
	}
	key := eventstore.Key{}
	if c.rnd.IntN(10) < 6 {
		c.keys++
		key = eventstore.Key{Scope: "history", ID: fmt.Sprint(c.name, ".", c.keys)}
	}
	return c.request(c.writes(), key)
}

// append sends r, and again if the answer is lost and there is a key to ask again with.
func (c *caller) append(ctx context.Context, r *request) {
	for range 3 {
		if !c.appendOnce(ctx, r) || r.append.Key.IsZero() || c.rnd.IntN(4) == 0 {
			return
		}
	}
}

func (c *caller) appendOnce(ctx context.Context, r *request) (lost bool) {
	if !c.load.Plain && c.rnd.IntN(6) == 0 {
		limited, cancel := context.WithTimeout(ctx, time.Duration(c.rnd.IntN(1500))*time.Microsecond)
		defer cancel()
		ctx = limited
	}
	made := call{caller: c.number, begun: c.clock.Add(1), asked: r}
	result, err := c.store.Append(ctx, r.append)
	made.ended = c.clock.Add(1)
	conflicts, isConflict := errors.AsType[*eventstore.ConflictError](err)
	switch {
	case err == nil:
		made.answer = stored{result}
		c.last[result.Stream] = result.Version
		c.head = max(c.head, result.Last)
	case isConflict:
		made.answer = conflict{conflicts}
		c.last[conflicts.Stream] = conflicts.Have
	case errors.Is(err, eventstore.ErrKeyReused):
		made.answer = reused{}
	case errors.Is(err, eventstore.ErrOverloaded), strings.Contains(err.Error(), "nothing was stored"):
		made.answer = nothing{}
		lost = true
	case c.load.Disturb == nil && ctx.Err() == nil:
		c.fail(fmt.Errorf("append: %w", err))
		return false
	default:
		made.answer = unknown{}
		lost = true
	}
	c.note(made)
	return lost
}

func (c *caller) lookup(ctx context.Context) {
	key := eventstore.Key{Scope: "history", ID: "never used"}
	if r := c.recent(c.rnd); r != nil {
		key = r.append.Key
		if c.rnd.IntN(5) == 0 {
			key.Digest[31]++
		}
	}
	made := call{caller: c.number, begun: c.clock.Add(1), asked: askLookup{key}}
	result, known, err := c.store.Lookup(ctx, key)
	made.answer = found{result, known}
	if errors.Is(err, eventstore.ErrKeyReused) {
		made.answer, err = reused{}, nil
	}
	c.answered(made, err)
}

func (c *caller) read(ctx context.Context) {
	ask := askRead{stream: c.stream()}
	ask.after = max(c.last[ask.stream]-eventstore.Version(c.rnd.IntN(4)), 0)
	made := call{caller: c.number, begun: c.clock.Add(1), asked: ask}
	var all facts
	var err error
	for r, e := range c.store.Read(ctx, ask.stream, ask.after) {
		if err = e; err != nil {
			break
		}
		var f fact
		if f, err = c.known(r); err != nil {
			break
		}
		all = append(all, f)
	}
	made.answer = all
	if n := len(all); n > 0 {
		c.last[ask.stream] = all[n-1].version
	}
	c.answered(made, err)
}

func (c *caller) readPage(ctx context.Context) {
	ask := askPage{after: max(c.head-eventstore.Position(c.rnd.IntN(20)), 0), limit: 1 + c.rnd.IntN(30)}
	made := call{caller: c.number, begun: c.clock.Add(1), asked: ask}
	page, err := c.page(ctx, c.store, ask.after, ask.limit)
	made.answer = page
	if n := len(page); n > 0 {
		c.head = max(c.head, page[n-1].position)
	}
	c.answered(made, err)
}

func (c *caller) readHead(ctx context.Context) {
	made := call{caller: c.number, begun: c.clock.Add(1), asked: askHead{}}
	at, err := c.store.Head(ctx)
	made.answer = head(at)
	c.head = max(c.head, at)
	c.answered(made, err)
}

// answered notes a read. One that failed has told nothing.
func (c *caller) answered(made call, err error) {
	made.ended = c.clock.Add(1)
	switch {
	case err == nil:
		c.note(made)
	case errors.Is(err, errForeign), c.load.Disturb == nil:
		c.fail(err)
	default:
		c.mu.Lock()
		c.seen.Failed++
		c.mu.Unlock()
	}
}
