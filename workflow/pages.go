package workflow

import (
	"context"
	"sync"

	"gridcommand/eventstore"
)

// pages is a ledger whose last few pages are remembered, so that several handlers
// that follow the same tail read it once. Facts never change: a page of facts that
// was right once is right for ever, at worst shorter than it could be. Empty pages are
// not remembered.
type pages struct {
	eventstore.Store
	mu   sync.Mutex
	kept [8]kept
	next int
}

type kept struct {
	after eventstore.Position
	page  []eventstore.Record
}

// Page returns facts after `after`. See [eventstore.Store].
func (p *pages) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	p.mu.Lock()
	for _, k := range p.kept {
		if k.after == after && len(k.page) > 0 {
			p.mu.Unlock()
			return k.page[:min(limit, len(k.page))], nil
		}
	}
	p.mu.Unlock()
	page, err := p.Store.Page(ctx, after, limit)
	if err == nil && len(page) > 0 {
		p.mu.Lock()
		p.kept[p.next] = kept{after, page}
		p.next = (p.next + 1) % len(p.kept)
		p.mu.Unlock()
	}
	return page, err
}
