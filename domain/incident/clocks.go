package incident

import "time"

// The kinds of timer, and of the mark it leaves.
const (
	WarnedKind  = "warned"
	ExpiredKind = "expired"
)

// A Timer is a moment at which a running clock has something to say.
type Timer struct {
	Clock Clock
	Kind  string    // WarnedKind or ExpiredKind
	At    time.Time // when it fires, by the ledger's clock
	Due   time.Time // the deadline it was set for; names the clock's run
}

// Command returns what the timer says when it fires.
func (t Timer) Command() Command {
	if t.Kind == WarnedKind {
		return Warn{Clock: t.Clock, Due: t.Due}
	}
	return Expire{Clock: t.Clock, Due: t.Due}
}

// Timers returns the timers still to fire, the earliest first.
func (s State) Timers() []Timer { panic("incident: not built yet") }

// Lamp returns the worst lamp of the running clocks.
func (s State) Lamp() Lamp { panic("incident: not built yet") }
