package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/web/accounts"
)

// counted is a ledger that counts the facts that are read in pages.
type counted struct {
	eventstore.Store
	facts atomic.Int64
}

func (c *counted) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	page, err := c.Store.Page(ctx, after, limit)
	c.facts.Add(int64(len(page)))
	return page, err
}

// tailRead is how many facts a start may read, however long the ledger is: a thousand for
// the library of reference data, a page for the ticket desk, a leaf of the seal's tree,
// and one or two for each of the others.
const tailRead = 1000 + 512 + 256 + 64

// A center that was at the head reads no more of the ledger at its next start than a
// tail, whose length does not depend on the ledger's.
func TestAStartReadsNoMoreThanATail(t *testing.T) {
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	grid, err := basegrid.Load()
	if err != nil {
		t.Fatal(err)
	}
	made, err := newStampedLedger(ref, grid, 7, 400)
	if err != nil {
		t.Fatal(err)
	}
	p := place{dir: t.TempDir()}
	run := func() int64 {
		d, err := p.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if head, err := d.ledger.Head(t.Context()); err != nil || head > 0 {
			if err != nil {
				t.Fatal(err)
			}
		} else if err := store(t.Context(), made, d.ledger); err != nil {
			t.Fatal(err)
		}
		ledger := &counted{Store: d.ledger}
		d.ledger = ledger
		m, err := assembleOver(t.Context(), d, p, clock.Standing(made.At()), slog.New(slog.NewTextHandler(io.Discard, nil)), func(ctx context.Context, a *accounts.Store) error {
			if all, err := a.List(ctx); err != nil || len(all) > 0 {
				return err
			}
			return a.Add(ctx, "one", jurisdiction.DistrictDesk, "440114", "one-password-2026")
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, rest := context.WithCancel(t.Context())
		g, gctx := errgroup.WithContext(ctx)
		m.work(gctx, g)
		for gctx.Err() == nil {
			w := httptest.NewRecorder()
			m.site.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/readyz", http.NoBody))
			if w.Code == http.StatusOK {
				break
			}
			pauseBench(gctx, time.Millisecond)
		}
		read := ledger.facts.Load()
		if err := m.service.Idle(ctx); err != nil {
			t.Error(err)
		}
		rest()
		if err := finish(m, g.Wait()); err != nil {
			t.Error(err)
		}
		return read
	}
	if made.Seeded() < 2*tailRead {
		t.Fatalf("of %d facts most are a tail", made.Seeded())
	}
	if first := run(); first < 8*int64(made.Seeded()) {
		t.Errorf("the first start read %d facts of %d: eight views read each", first, made.Seeded())
	}
	run() // what handlers did at the end of the first one
	if again := run(); again > tailRead {
		t.Errorf("the next start read %d facts, want no more than %d", again, tailRead)
	}
}
