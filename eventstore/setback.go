package eventstore

import (
	"context"
	"errors"
	"fmt"
)

// ErrSetBack says that the ledger ends before a position that was read from it: it was
// put back to an older state under those who follow it. What they have made of the facts
// that are gone must be made anew.
var ErrSetBack = errors.New("eventstore: the ledger was set back")

// CheckHead returns an error wrapping [ErrSetBack] if a ledger of which `after` was read
// ends before it. Who follows asks when nothing comes.
func CheckHead(ctx context.Context, s Store, after Position) error {
	head, err := s.Head(ctx)
	if err == nil && head < after {
		return fmt.Errorf("%w: position %d was read, and the head is %d", ErrSetBack, after, head)
	}
	return err
}
