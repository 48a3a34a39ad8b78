package accounts

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are how many log-ins may fail: a burst, then one per interval. Log-ins that
// succeed cost nothing.
type Limits struct {
	Burst int           // by one account from one address; zero: 10
	Every time.Duration // zero: 15 s
	Spray int           // by all accounts from one address; zero: 200
}

// A TooManyError says that too many log-ins failed; the next may be tried after Wait.
type TooManyError struct{ Wait time.Duration }

func (e *TooManyError) Error() string {
	return fmt.Sprintf("accounts: too many failed log-ins, wait %s", e.Wait)
}

// forgetAt is how many buckets are kept before full ones are swept out.
const forgetAt = 10_000

type limiter struct {
	limits Limits
	mu     sync.Mutex
	by     map[string]*rate.Limiter
}

func newLimiter(l Limits) *limiter {
	if l.Burst == 0 {
		l.Burst = 10
	}
	if l.Every == 0 {
		l.Every = 15 * time.Second
	}
	if l.Spray == 0 {
		l.Spray = 200
	}
	return &limiter{limits: l, by: map[string]*rate.Limiter{}}
}

// blocked returns how long this account must wait to be tried from this address, 0 if it need not.
func (l *limiter) blocked(name, from string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var wait time.Duration
	for _, key := range []string{"one\x00" + name + "\x00" + from, "all\x00" + from} {
		if b, ok := l.by[key]; ok {
			if tokens := b.TokensAt(now); tokens < 1 {
				wait = max(wait, time.Duration((1-tokens)*float64(l.limits.Every)))
			}
		}
	}
	return wait
}

// failed counts one failed log-in.
func (l *limiter) failed(name, from string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.by) >= forgetAt {
		for key, b := range l.by {
			if b.TokensAt(now) >= float64(b.Burst()) {
				delete(l.by, key)
			}
		}
	}
	take := func(key string, burst int) {
		b, ok := l.by[key]
		if !ok {
			b = rate.NewLimiter(rate.Every(l.limits.Every), burst)
			l.by[key] = b
		}
		b.AllowN(now, 1)
	}
	take("one\x00"+name+"\x00"+from, l.limits.Burst)
	take("all\x00"+from, l.limits.Spray)
}
