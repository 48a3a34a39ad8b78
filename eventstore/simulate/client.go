package simulate

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"gridcommand/eventstore"
)

// A client gives one command after the other, and each again until it is answered.
type client struct {
	*world
	number  int
	given   int
	command *command
	waits   int // ticks until it asks again
}

// A command is to add to a stream, or to two.
type command struct {
	client    *client
	name      string // also the id of its key
	streams   []eventstore.Stream
	facts     int
	strict    bool // holds only for a version that somebody was shown
	known     eventstore.Version
	decisions int
	first     *eventstore.Result // what the ledger answered first
	refused   bool
}

// An answer to a command: a result, or a refusal for good.
type answer struct {
	command *command
	result  eventstore.Result
	refused bool
}

func (c *command) key() eventstore.Key {
	return eventstore.Key{Scope: "client", ID: c.name, Digest: sha256.Sum256([]byte(c.name))}
}

func (c *client) step() {
	if c.command == nil {
		if c.calm || !c.chance(40) {
			return
		}
		c.given++
		c.report.Commands++
		c.command = c.think()
		c.waits = 0
	}
	if c.waits--; c.waits < 0 {
		c.waits = 3 + c.luck.IntN(6)
		c.send(message{request: c.command})
	}
}

func (c *client) think() *command {
	stream := func() eventstore.Stream { return eventstore.StreamOf("case", fmt.Sprint(c.luck.IntN(c.Streams))) }
	made := &command{client: c, name: fmt.Sprint(c.number, ".", c.given), streams: []eventstore.Stream{stream()}, facts: 1 + c.luck.IntN(3)}
	if other := stream(); other != made.streams[0] && c.chance(60) {
		made.streams = append(made.streams, other)
	}
	if c.chance(20) {
		made.strict, made.known = true, max(c.versions[made.streams[0]]-eventstore.Version(c.luck.IntN(2)), 0)
	}
	return made
}

// hear takes an answer. Every answer to a command must be the same, also one that comes
// after the client has gone on.
func (c *client) hear(a *answer) {
	cmd := a.command
	switch {
	case a.refused && cmd.first != nil, !a.refused && cmd.refused:
		c.breach("command %s was refused and stored", cmd.name)
	case !a.refused:
		c.first(cmd, a.result)
	}
	if c.command == cmd {
		c.tell("client %d hears of %s: refused %v, %d", c.number, cmd.name, a.refused, a.result.First)
		c.command = nil
	}
}

// first notes the answer that the ledger gave, and that there is only one.
func (w *world) first(cmd *command, r eventstore.Result) {
	if r.Replayed {
		w.report.Replayed++
	}
	r.Replayed = false
	if cmd.first == nil {
		cmd.first = &r
		w.report.Stored++
	}
	if *cmd.first != r {
		w.breach("command %s was answered with %+v, then with %+v", cmd.name, *cmd.first, r)
	}
}

// A decision is what was sent to the ledger for a command at one time.
type decision struct {
	command *command
	label   string
	append  eventstore.Append
	refused bool // by the ledger
	maybe   bool // stored, or nobody knows
}

// decide reads the streams of cmd and says what is to be added to them.
func (w *world) decide(cmd *command) (*decision, error) {
	cmd.decisions++
	d := &decision{command: cmd, label: fmt.Sprint(cmd.name, ".", cmd.decisions)}
	d.append = eventstore.Append{Key: cmd.key(), Meta: eventstore.Meta{Actor: cmd.name, Correlation: d.label}}
	n := 0
	for _, stream := range cmd.streams {
		have := eventstore.Version(0)
		for r, err := range w.server.ledger.Read(w.ctx, stream, 0) {
			if err != nil {
				return nil, err
			}
			if have++; r.Version != have || r.Stream != stream {
				w.breach("%s holds %s version %d where version %d belongs", stream, r.Stream, r.Version, have)
			}
			w.show(r)
		}
		write := eventstore.Write{Stream: stream, Expect: eventstore.At(have)}
		if cmd.strict && stream == cmd.streams[0] {
			write.Expect = eventstore.At(cmd.known)
		}
		for range cmd.facts {
			n++
			write.Drafts = append(write.Drafts, eventstore.Draft{Type: "case.moved", At: w.now, Data: fmt.Appendf(nil, `{"decision":%q,"n":%d}`, d.label, n)})
		}
		d.append.Writes = append(d.append.Writes, write)
	}
	w.decisions[d.label] = d
	return d, nil
}

// serve answers commands that have arrived together, as a workflow does: look the key
// up, read, decide, append; and again if others came first.
func (w *world) serve(commands []*command) {
	for try := 0; try < 3 && len(commands) > 0 && !w.server.dying(); try++ {
		var decisions []*decision
		for _, cmd := range commands {
			r, known, err := w.server.ledger.Lookup(w.ctx, cmd.key())
			switch {
			case err != nil && !w.server.dying():
				w.breach("look up %s: %v", cmd.name, err)
			case err != nil:
			case known:
				w.first(cmd, r)
				w.send(message{answer: &answer{command: cmd, result: r}})
			case cmd.first != nil:
				w.breach("command %s was stored at %d, now its key is not known", cmd.name, cmd.first.First)
			default:
				d, err := w.decide(cmd)
				if err != nil {
					if !w.server.dying() {
						w.breach("read for %s: %v", cmd.name, err)
					}
					continue
				}
				decisions = append(decisions, d)
			}
		}
		commands = w.settle(decisions, w.server.together(w, decisions))
	}
}

// settle hears what became of decisions and returns the commands to decide anew.
func (w *world) settle(decisions []*decision, outcomes []outcome) (again []*command) {
	for i, d := range decisions {
		cmd, o := d.command, outcomes[i]
		w.tell("%s: %v %v", d.label, o.result, o.err)
		conflict, isConflict := errors.AsType[*eventstore.ConflictError](o.err)
		switch {
		case o.err == nil:
			if o.acknowledgedAfterFailure {
				w.breach("%s was acknowledged after the ledger had failed", d.label)
			}
			if !o.result.Replayed {
				d.maybe = true
			}
			w.first(cmd, o.result)
			w.send(message{answer: &answer{command: cmd, result: o.result}})
		case isConflict:
			d.refused = true
			if cmd.strict && conflict.Stream == cmd.streams[0] {
				if !cmd.refused {
					w.report.Refused++
				}
				cmd.refused = true
				w.send(message{answer: &answer{command: cmd, refused: true}})
			} else {
				again = append(again, cmd)
			}
		case errors.Is(o.err, eventstore.ErrKeyReused):
			w.breach("%s: %v", d.label, o.err)
		case certain(o.err):
		default:
			d.maybe = true
		}
	}
	return again
}
