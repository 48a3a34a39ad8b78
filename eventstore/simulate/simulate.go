// Package simulate lives through years of bad luck in seconds: clients give commands,
// followers read, and the power fails, the process dies, the disk errs or is full, the
// network loses, delays and repeats what is said, and the clock jumps.
//
// The ledger is the real one: package sqlite with its group commit, on a
// [disk.Disk]. Everything around it is played by one goroutine from one seed: the clock,
// the network and the luck. One seed is one run. Appends that are under way together are
// put into the committer's queue one by one, so the batches are of the seed as well.
//
// What every run keeps true, looked at after each restart and at the end:
//   - what was acknowledged is there exactly once, where the answer said, as it was given;
//   - what was refused is not there, and nothing else is that nobody sent;
//   - positions are dense and the versions of each stream contiguous;
//   - a command that is asked for again gets its first answer, whatever came between;
//   - what any reader was ever shown is still there, the same, in the same place;
//   - a follower has taken up every fact once, in order, whatever became of its checkpoint;
//   - after a disk error nothing is acknowledged until the ledger is opened anew.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gridcommand/eventstore"
)

// Options sets up a run. Its zero value, like nil, means the defaults.
type Options struct {
	Ticks   int // of ten milliseconds by the played clock, in which luck is bad; 0: 60
	Clients int // 0: 5
	Streams int // 0: 4

	// Wrap, if set, stands between the clients and the ledger: a test that the run finds
	// what is wrong puts something wrong there.
	Wrap func(eventstore.Store) eventstore.Store
}

// A Report counts what a run lived through.
type Report struct {
	Commands, Stored, Refused, Replayed       int
	Facts                                     int
	Lost, Repeated                            int // messages
	PowerCuts, Kills, Restarts, Errors, Fulls int
	Trace                                     uint64 // of all that happened; the same seed gives the same
}

func (r *Report) add(o Report) {
	r.Commands += o.Commands
	r.Stored += o.Stored
	r.Refused += o.Refused
	r.Replayed += o.Replayed
	r.Facts += o.Facts
	r.Lost += o.Lost
	r.Repeated += o.Repeated
	r.PowerCuts += o.PowerCuts
	r.Kills += o.Kills
	r.Restarts += o.Restarts
	r.Errors += o.Errors
	r.Fulls += o.Fulls
}

func (r Report) String() string {
	return fmt.Sprintf("%d commands: %d stored, %d refused, %d answered again; %d facts; %d messages lost, %d repeated; "+
		"%d power cuts, %d kills, %d orderly restarts, %d disk errors, %d full disks",
		r.Commands, r.Stored, r.Refused, r.Replayed, r.Facts, r.Lost, r.Repeated, r.PowerCuts, r.Kills, r.Restarts, r.Errors, r.Fulls)
}

// A Failure is a promise that a run broke, with the end of its story.
type Failure struct {
	Seed  uint64
	What  string
	Story []string
}

func (f *Failure) Error() string {
	return fmt.Sprintf("seed %d: %s\n  %s", f.Seed, f.What, strings.Join(f.Story, "\n  "))
}

const tick = 10 * time.Millisecond

// Run plays one seed in the folder dir, which must be empty. It returns a [*Failure] if
// a promise was broken.
func Run(ctx context.Context, seed uint64, dir string, o *Options) (Report, error) {
	w := &world{
		ctx: ctx, seed: seed, dir: dir, luck: rand.New(rand.NewPCG(seed, 0x6c65646765720a)), trace: fnv.New64a(),
		now: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), shown: map[eventstore.Position]string{}, decisions: map[string]*decision{},
		versions: map[eventstore.Stream]eventstore.Version{},
	}
	if o != nil {
		w.Options = *o
	}
	w.Ticks, w.Clients, w.Streams = or(w.Ticks, 60), or(w.Clients, 5), or(w.Streams, 4)
	for n := range w.Clients {
		w.clients = append(w.clients, &client{world: w, number: n})
	}
	w.followers = []*follower{{world: w, number: 0}, {world: w, number: 1, loose: true}}
	err := w.live()
	if stop := w.stop(); err == nil {
		err = stop
	}
	w.report.Trace = w.trace.Sum64()
	return w.report, err
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// A world is one run.
type world struct {
	Options
	ctx   context.Context
	seed  uint64
	dir   string
	luck  *rand.Rand
	trace interface {
		Write([]byte) (int, error)
		Sum64() uint64
	}
	story  []string
	report Report
	broken *Failure

	ticks   int
	calm    bool      // faults are over
	now     time.Time // what the clock shows; it may go back
	server  server
	wire    []message
	sent    int
	clients []*client

	followers []*follower
	shown     map[eventstore.Position]string // every fact that any reader saw
	versions  map[eventstore.Stream]eventstore.Version
	decisions map[string]*decision // all that was ever sent to the ledger, by label
}

// chance is true in n of 100 cases.
func (w *world) chance(n int) bool { return w.luck.IntN(100) < n }

// mishap is chance while luck is bad.
func (w *world) mishap(n int) bool { return !w.calm && w.chance(n) }

func (w *world) tell(format string, args ...any) {
	line := fmt.Sprintf("%d: ", w.ticks) + fmt.Sprintf(format, args...)
	_, _ = w.trace.Write([]byte(line))
	if len(w.story) == 80 {
		w.story = slices.Delete(w.story, 0, 1)
	}
	w.story = append(w.story, line)
}

// breach notes the first promise that was broken.
func (w *world) breach(format string, args ...any) {
	if w.broken == nil {
		w.broken = &Failure{Seed: w.seed, What: fmt.Sprintf(format, args...), Story: slices.Clone(w.story)}
	}
}

// live is the run: bad luck for some time, then calm until every command is answered,
// then the power is cut once more.
func (w *world) live() error {
	for w.ticks = 1; w.broken == nil; w.ticks++ {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if w.ticks == w.Ticks {
			w.calm = true
			w.server.calm()
			w.tell("calm")
		}
		if w.calm && w.idle() {
			break
		}
		if w.ticks > 50*w.Ticks {
			w.breach("commands are not answered though luck is good")
			break
		}
		if err := w.step(); err != nil {
			return err
		}
	}
	if w.broken == nil {
		w.tell("the end")
		if err := errors.Join(w.crash(true), w.boot()); err != nil {
			return err
		}
		w.finish()
	}
	if w.broken != nil {
		return w.broken
	}
	return nil
}

func (w *world) idle() bool {
	return w.server.store != nil && !slices.ContainsFunc(w.clients, func(c *client) bool { return c.command != nil })
}

func (w *world) step() error {
	w.now = w.now.Add(tick)
	if w.mishap(2) {
		w.now = w.now.Add(time.Duration(w.luck.IntN(7200)-3600) * time.Second)
	}
	if w.server.store == nil {
		if w.server.down--; w.server.down <= 0 {
			if err := w.boot(); err != nil {
				return err
			}
		}
	} else {
		w.server.mischief(w)
	}
	for _, c := range w.clients {
		c.step()
	}
	w.deliver()
	if w.server.store != nil {
		for _, f := range w.followers {
			if w.calm || w.chance(40) {
				if err := f.step(); err != nil && !w.server.dying() {
					return fmt.Errorf("follower %d: %w", f.number, err)
				}
			}
		}
	}
	switch {
	case w.server.store == nil:
	case w.server.dying():
		return w.crash(w.chance(70))
	case w.mishap(2):
		return w.crash(w.chance(50))
	case w.mishap(1):
		return w.restart()
	}
	return nil
}

// A message is under way until its time.
type message struct {
	due     int // tick
	number  int
	request *command
	answer  *answer
}

// send gives m to the network, which may lose it, repeat it and delay it.
func (w *world) send(m message) {
	if w.mishap(10) {
		w.report.Lost++
		return
	}
	copies := 1
	if w.mishap(10) {
		w.report.Repeated++
		copies++
	}
	for range copies {
		m.due = w.ticks
		if w.mishap(50) {
			m.due += w.luck.IntN(4)
		}
		if w.mishap(5) {
			m.due += w.luck.IntN(40)
		}
		w.sent++
		m.number = w.sent
		w.wire = append(w.wire, m)
	}
}

// deliver brings what is due: answers to clients, requests to the server, which serves
// those of one tick together. While it is down they are lost.
func (w *world) deliver() {
	var requests []*command
	var late []message
	due := w.wire
	w.wire = nil
	for _, m := range due {
		switch {
		case m.due > w.ticks:
			late = append(late, m)
		case m.answer != nil:
			m.answer.command.client.hear(m.answer)
		case w.server.store == nil:
			w.report.Lost++
		default:
			requests = append(requests, m.request)
		}
	}
	w.wire = append(late, w.wire...)
	if len(requests) > 0 {
		w.serve(requests)
	}
}
