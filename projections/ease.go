package projections

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// While rows are made anew much memory is taken and let go of. The collector is then told
// to wait until the heap has grown by up to so many times what is in use, as long as that
// is no more than so many bytes: it takes a tenth to a quarter of the time otherwise.
const (
	easeMost  = 400     // percent
	easeBytes = 1 << 30 // bytes
)

// eased is how many rebuilds are under way in this process, and what the collector was
// told before the first.
var eased struct {
	sync.Mutex
	users, was int
}

// ease begins a rebuild for the collector; call the function when it is over. A memory
// limit that the process was given holds as before.
func ease() (over func()) {
	eased.Lock()
	defer eased.Unlock()
	if eased.users++; eased.users == 1 {
		eased.was = debug.SetGCPercent(easedPercent())
	}
	return func() {
		eased.Lock()
		defer eased.Unlock()
		if eased.users--; eased.users == 0 {
			debug.SetGCPercent(eased.was)
		}
	}
}

// easeMore looks again how much memory is in use.
func easeMore() {
	eased.Lock()
	defer eased.Unlock()
	if eased.users > 0 {
		debug.SetGCPercent(max(easedPercent(), eased.was))
	}
}

func easedPercent() int {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return 100
	}
	return int(min(max(easeBytes*100/max(live[0].Value.Uint64(), 1), 100), easeMost))
}
