package projections

import "sync"

// pokes tells any number of listeners that something moved. A poke never waits:
// a listener that has not looked yet has one waiting already.
type pokes struct {
	mu   sync.Mutex
	subs map[chan struct{}]struct{}
}

func (p *pokes) subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.subs == nil {
		p.subs = map[chan struct{}]struct{}{}
	}
	p.subs[c] = struct{}{}
	return c, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.subs, c)
	}
}

func (p *pokes) poke() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
