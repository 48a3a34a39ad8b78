package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

var nine = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func TestARunningClockRunsAtItsSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Running(nine, 60)
		time.Sleep(2 * time.Second)
		if got, want := c.Now(), nine.Add(2*time.Minute); !got.Equal(want) {
			t.Errorf("after two seconds at 60×: %v, want %v", got, want)
		}
		if got := c.Until(nine.Add(3 * time.Minute)); got != time.Second {
			t.Errorf("until a minute later: %v of wall time, want 1s", got)
		}
	})
}

func TestAStandingClockMovesOnlyWhenStepped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Standing(nine)
		told := 0
		c.OnMove(func() { told++ })
		time.Sleep(time.Hour)
		if !c.Now().Equal(nine) {
			t.Errorf("it moved by itself to %v", c.Now())
		}
		c.Step(nine.Add(time.Minute))
		c.Step(nine) // never back
		if got := c.Now(); !got.Equal(nine.Add(time.Minute)) || told != 2 {
			t.Errorf("after stepping: %v, told %d times", got, told)
		}
		c.Run(1)
		time.Sleep(time.Second)
		if got := c.Now(); !got.Equal(nine.Add(61 * time.Second)) {
			t.Errorf("after running on: %v", got)
		}
	})
}
