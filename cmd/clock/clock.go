// Package clock keeps the ledger's time. Served ledgers run on wall time; a
// demonstration runs faster, a replay steps from one due thing to the next.
package clock

import (
	"sync"
	"time"
)

// A Clock is a time that may run at any speed or stand until it is stepped. It
// never goes back.
type Clock struct {
	mu    sync.Mutex
	base  time.Time // ledger time at wall
	wall  time.Time
	speed float64 // 0: stands until stepped
	moved []func()
}

// Wall returns a clock that shows wall time.
func Wall() *Clock { return Running(time.Now(), 1) }

// Running returns a clock that shows start now and runs at speed.
func Running(start time.Time, speed float64) *Clock {
	return &Clock{base: start, wall: time.Now(), speed: speed}
}

// Standing returns a clock that shows start until it is stepped.
func Standing(start time.Time) *Clock { return Running(start, 0) }

// Now returns the ledger's time, to the microsecond, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	t := c.base
	if c.speed > 0 {
		t = t.Add(time.Duration(float64(time.Since(c.wall)) * c.speed))
	}
	return t.UTC().Truncate(time.Microsecond)
}

// Speed returns how many seconds of the ledger pass in one of the wall's; 0
// while the clock stands.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// Step moves a standing clock to t, unless it is already past it, and tells
// those who asked.
func (c *Clock) Step(t time.Time) {
	c.mu.Lock()
	if t.After(c.now()) {
		c.base, c.wall = t, time.Now()
	}
	told := c.moved
	c.mu.Unlock()
	for _, f := range told {
		f()
	}
}

// Run lets the clock go on from where it is, at speed.
func (c *Clock) Run(speed float64) {
	c.mu.Lock()
	c.base, c.wall, c.speed = c.now(), time.Now(), speed
	told := c.moved
	c.mu.Unlock()
	for _, f := range told {
		f()
	}
}

// OnMove calls f after each step and change of speed.
func (c *Clock) OnMove(f func()) {
	c.mu.Lock()
	c.moved = append(c.moved, f)
	c.mu.Unlock()
}

// Until returns how long to wait, in wall time, until the clock shows t: at
// least zero, and for a standing clock a day.
func (c *Clock) Until(t time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 0 {
		return 24 * time.Hour
	}
	return max(0, time.Duration(float64(t.Sub(c.now()))/c.speed))
}
