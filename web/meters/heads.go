package meters

import (
	"sync"
	"time"

	"gridcommand/eventstore"
)

// mostHeads bounds what is remembered of the ledger's growth. Once there are as many,
// every second one of the older half is forgotten: yesterday is known less exactly than
// this minute.
const mostHeads = 1024

// heads remembers when the ledger was seen how long.
type heads struct {
	mu   sync.Mutex
	seen []sighting // both fields rise
}

type sighting struct {
	head eventstore.Position
	at   time.Time
}

// see notes that the ledger's head is here now. A head that went back is another
// ledger's: what was seen before means nothing.
func (h *heads) see(head eventstore.Position, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.seen); n > 0 {
		switch last := h.seen[n-1].head; {
		case head == last:
			return
		case head < last:
			h.seen = h.seen[:0]
		}
	}
	h.seen = append(h.seen, sighting{head, now})
	if len(h.seen) <= mostHeads {
		return
	}
	kept := h.seen[:0]
	for i, s := range h.seen {
		if i > mostHeads/2 || i%2 == 0 {
			kept = append(kept, s)
		}
	}
	h.seen = kept
}

// behind is how long there has been a fact after p; 0 if there is none.
//
//	now − min { at : head > p }
func (h *heads) behind(p eventstore.Position, now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.seen {
		if s.head > p {
			return max(0, now.Sub(s.at))
		}
	}
	return 0
}
