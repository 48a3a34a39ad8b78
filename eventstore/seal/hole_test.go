package seal

import (
	"context"
	"strings"
	"testing"

	"gridcommand/eventstore"
)

// holed is a ledger that does not show position 5.
type holed struct{ eventstore.Store }

func (h holed) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	page, err := h.Store.Page(ctx, after, limit)
	for i, r := range page {
		if r.Position == 5 {
			return append(page[:i:i], page[i+1:]...), err
		}
	}
	return page, err
}

// A leaf in the wrong place would prove for ever what is not so: the sealer signs nothing
// across a hole, and says why.
func TestAHoleIsNotSealed(t *testing.T) {
	d := openDesk(t, Intl, "")
	d.add(10)
	d.ledger = holed{d.ledger}
	var err error
	d.sealer, err = Open(t.Context(), d.deps())
	d.must(err)
	err = d.sealer.Seal(t.Context())
	if stopped := d.sealer.Status().Stopped; !strings.Contains(stopped, "gap") || d.sealer.Sealed() >= 5 {
		t.Errorf("Seal: %v; stopped: %q; sealed up to %d", err, stopped, d.sealer.Sealed())
	}
}
