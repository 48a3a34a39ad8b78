package seal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"gridcommand/eventstore"
)

// inspect looks, when a sealer opens, whether it may go on: the newest checkpoint is
// signed by the log's key, the stored tree leads to it, the ledger has not become
// shorter, and the facts under the last tile, and under one that was found changed
// before, are those that were sealed.
func (s *Sealer) inspect(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	head, err := s.d.Ledger.Head(ctx)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	c := s.signed
	switch {
	case s.Status().Stopped != "", c.Size == 0:
		return nil
	case !c.SignedBy(s.Log.Key):
		s.stop(fmt.Sprintf("the stored checkpoint of %d facts is not signed by this ledger's key", c.Size))
		return nil
	case s.grown.root() != c.Root:
		s.stop(fmt.Sprintf("the stored tree of %d facts does not lead to its checkpoint", c.Size))
		return nil
	case int64(head) < c.Size:
		s.stopTruncated(head)
		return nil
	}
	if err := s.recheck(ctx, (c.Size-1)/tileWidth); err != nil || s.suspect == 0 || s.Status().Stopped != "" {
		return err
	}
	if err := s.recheck(ctx, (s.suspect-1)/tileWidth); err != nil || s.Status().Stopped != "" {
		return err
	}
	s.d.Log.LogAttrs(ctx, slog.LevelWarn, "a fact that was found changed is as it was again", slog.Int64("position", s.suspect))
	return s.remember(ctx, 0)
}

func (s *Sealer) stopTruncated(head eventstore.Position) {
	s.stop(fmt.Sprintf("the ledger ends at position %d, but facts up to %d are sealed", head, s.signed.Size))
}

// lookAgain looks at the next tile of sealed facts, and after the last one at the first.
func (s *Sealer) lookAgain(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signed.Size == 0 {
		return nil
	}
	if s.looked >= s.signed.Size {
		s.looked = 0
	}
	err := s.recheck(ctx, s.looked/tileWidth)
	if err == nil {
		s.looked += tileWidth
	}
	return err
}

// recheck compares the sealed facts under leaf tile n with its hashes, and stops the
// sealer where they differ.
func (s *Sealer) recheck(ctx context.Context, n int64) error {
	hashes, err := s.tile(ctx, s.db.Read, tileAt{0, n})
	if err != nil {
		return err
	}
	first := n * tileWidth
	want := int(min(s.signed.Size-first, tileWidth))
	page, err := s.d.Ledger.Page(ctx, eventstore.Position(first), want)
	if err != nil {
		return fmt.Errorf("seal: reading after position %d: %w", first, err)
	}
	h := hasher{suite: s.Suite}
	for i := range want {
		position := first + int64(i) + 1
		switch {
		case i >= len(hashes):
			s.stop(fmt.Sprintf("the stored hash of position %d is gone", position))
			return nil
		case i >= len(page) || page[i].Position != eventstore.Position(position):
			return s.stopAt(ctx, position, "the fact at position %d is gone, though it is sealed")
		case h.leaf(page[i]) != hashes[i]:
			return s.stopAt(ctx, position, "the fact at position %d is not the one that was sealed")
		}
	}
	return nil
}

// stopAt stops the sealer, also for the next process: it looks at that position first.
func (s *Sealer) stopAt(ctx context.Context, position int64, format string) error {
	s.stop(fmt.Sprintf(format, position))
	return s.remember(ctx, position)
}

func (s *Sealer) remember(ctx context.Context, suspect int64) error {
	if s.suspect == suspect {
		return nil
	}
	if _, err := s.db.Write.ExecContext(ctx, `UPDATE seal_log SET suspect = $1 WHERE id = $2`, suspect, s.id); err != nil {
		return errors.Join(fmt.Errorf("seal: remembering position %d", suspect), err)
	}
	s.suspect = suspect
	return nil
}
