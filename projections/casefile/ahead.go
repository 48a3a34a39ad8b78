package casefile

import (
	"runtime"
	"sync"
	"sync/atomic"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// share is how many items one goroutine takes at a time. Fewer are not worth a
// goroutine.
const share = 128

// sideBySide calls do for 0 to n−1, on all processors.
func sideBySide(n int, do func(i int)) {
	var next atomic.Int64
	work := func() {
		for from := int(next.Add(share)) - share; from < n; from = int(next.Add(share)) - share {
			for i := from; i < min(from+share, n); i++ {
				do(i)
			}
		}
	}
	var g sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+share-1)/share) - 1 {
		g.Go(work)
	}
	work()
	g.Wait()
}

// decoded is the events of a page. Other processors decode what comes next while one
// fact after the other is folded.
type decoded struct {
	page   []eventstore.Record
	events []incident.Event
	errs   []error
	ready  []chan struct{} // of each share: closed when it is decoded; none: decoded when asked
	asked  int             // shares that were asked for, and are decoded
	next   atomic.Int64
	ended  atomic.Bool
	work   sync.WaitGroup
}

// decoding begins to decode the incidents' facts of page.
func decoding(page []eventstore.Record) *decoded {
	d := &decoded{page: page, events: make([]incident.Event, len(page)), errs: make([]error, len(page))}
	if len(page) <= share {
		return d
	}
	d.ready = make([]chan struct{}, (len(page)+share-1)/share)
	for i := range d.ready {
		d.ready[i] = make(chan struct{})
	}
	for range max(runtime.GOMAXPROCS(0)-1, 1) {
		d.work.Go(d.ahead)
	}
	return d
}

func (d *decoded) ahead() {
	for n := d.next.Add(1) - 1; int(n) < len(d.ready) && !d.ended.Load(); n = d.next.Add(1) - 1 {
		d.decode(int(n))
	}
}

func (d *decoded) decode(n int) {
	for i := n * share; i < min((n+1)*share, len(d.page)); i++ {
		d.one(i)
	}
	close(d.ready[n])
}

func (d *decoded) one(i int) {
	if d.page[i].Stream.Category() == Category {
		d.events[i], d.errs[i] = Event(d.page[i])
	}
}

// at returns the event of the i-th fact. Facts are asked for in order; whoever comes to a
// share that nobody has begun decodes it.
func (d *decoded) at(i int) (incident.Event, error) {
	if d.ready == nil {
		d.one(i)
	} else if n := i / share; n >= d.asked {
		d.help(n)
		d.asked = n + 1
	}
	e := d.events[i]
	d.events[i] = nil // folded: no longer held
	return e, d.errs[i]
}

// help returns when the n-th share is decoded, and decodes it if nobody has begun to.
func (d *decoded) help(n int) {
	for next := d.next.Load(); int(next) <= n; next = d.next.Load() {
		if d.next.CompareAndSwap(next, next+1) {
			d.decode(int(next))
		}
	}
	<-d.ready[n]
}

// stop waits for those who still decode.
func (d *decoded) stop() {
	d.ended.Store(true)
	d.work.Wait()
}
