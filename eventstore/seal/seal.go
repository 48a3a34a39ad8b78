// Package seal makes changes to a ledger evident, also to those who do not trust
// whoever keeps it.
//
// A [Sealer] follows the ledger, hashes every record (see [Encoding]) into a Merkle
// tree and signs, twice a second while facts flow and when the ledger is closed, a
// [Checkpoint]: the size of the ledger and the root of its tree. Whoever keeps one
// checkpoint can have it proved later that a record was in the ledger then and has not
// changed ([Log.Inclusion]), and that the ledger has only grown since ([Log.Consistency]).
// docs/verify says every format, and holds a script that checks them with stock tools.
//
// What the package keeps true:
//
//   - The leaf of position p is leaf p − 1 of the tree; none is left out. A sealer that
//     was killed goes on where its last checkpoint stands.
//   - Tiles and the checkpoint over them are stored in one transaction. A checkpoint
//     leaves the process only after that, and is never rewritten.
//   - Nothing is signed that is not proved, from what is stored, to be a continuation of
//     the last checkpoint. Where the ledger or the tree was changed beneath it, the
//     sealer stops and says so; it never signs a second history.
//   - It reads the ledger as anybody does and takes no part in an append.
//
// The tree is that of RFC 6962 over SHA-256 (suite intl) or SM3 (suite sm).
package seal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// Deps is what a Sealer works with. The creator closes the ledger and the database,
// after [Sealer.Finish].
type Deps struct {
	Ledger eventstore.Store
	DB     *sqldb.DB // of the seals: a database, or schema, of their own
	Dir    string    // data folder, where the key is
	Name   string    // whose ledger it is, e.g. "gridcommand/440114"; the origin is Name/epoch
	Suite  Suite     // "": the one it was made with, intl for a new ledger

	Interval time.Duration    // between a fact and the checkpoint that covers it; 0: half a second
	Recheck  time.Duration    // between looks at 256 facts that are sealed already; 0: a second, negative: never
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: silent
}

// A SuiteError says that a ledger was made with another suite than was asked for.
type SuiteError struct{ Have, Want Suite }

func (e *SuiteError) Error() string {
	return fmt.Sprintf("seal: this ledger is sealed with suite %s, which was chosen when it was made; %s was asked for", e.Have, e.Want)
}

// A Status is how far a sealer is.
type Status struct {
	Origin    string
	Suite     Suite
	Sealed    eventstore.Position // covered by the newest checkpoint
	At        time.Time           // when that was signed; zero: none was
	Stopped   string              // why nothing is sealed any more; empty: it goes on
	Elsewhere bool                // another process seals this ledger
}

const (
	defaultInterval = 500 * time.Millisecond
	defaultRecheck  = time.Second
	readPage        = 2048
	// most is how many facts come under one checkpoint: while it catches up, a sealer
	// stores what it has from time to time.
	most = 1 << 16
	// patience is how long facts may wait for a sealer in another process before this
	// one takes over.
	patience = 2 * time.Second
)

// errElsewhere says that another process has sealed meanwhile, or is about to.
var errElsewhere = errors.New("seal: another process seals")

// A Sealer seals a ledger. All methods may be called from many goroutines.
type Sealer struct {
	*Log
	d   Deps
	key *Key // nil: it is not here

	mu     sync.Mutex // held while the tree grows
	grown  *growth
	signed Checkpoint // the newest; zero: none
	looked int64      // facts before it were looked at again

	newestAt atomic.Pointer[Checkpoint]
	board    struct {
		sync.Mutex
		stopped   string
		elsewhere bool
	}
}

// Open opens the seals of a ledger, and begins them, with a new key if the folder has
// none, if there are none of its epoch. It looks whether what is sealed is still what
// the ledger holds; if not, the Sealer comes back stopped. It returns a [*SuiteError]
// if the ledger was made with another suite.
func Open(ctx context.Context, d Deps) (*Sealer, error) {
	if d.Interval == 0 {
		d.Interval = defaultInterval
	}
	if d.Recheck == 0 {
		d.Recheck = defaultRecheck
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if err := migrate(ctx, d.DB); err != nil {
		return nil, err
	}
	s := &Sealer{d: d}
	if err := s.found(ctx); err != nil {
		return nil, err
	}
	if err := s.reload(ctx); err != nil {
		return nil, err
	}
	return s, s.inspect(ctx)
}

// found finds the log of the ledger's epoch and its key, or begins both.
func (s *Sealer) found(ctx context.Context) error {
	epoch, err := s.d.Ledger.Epoch(ctx)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if s.key, err = ReadKey(s.d.Dir); err != nil {
		return err
	}
	s.Log, err = findLog(ctx, s.d.DB.Write, epoch)
	if errors.Is(err, ErrNone) {
		err = s.begin(ctx, epoch)
	}
	if err != nil {
		return err
	}
	s.db = s.d.DB
	switch {
	case s.d.Suite != "" && s.d.Suite != s.Suite:
		return &SuiteError{s.Suite, s.d.Suite}
	case s.Origin != s.d.Name+"/"+epoch:
		return fmt.Errorf("seal: this ledger is sealed as %s, not as %s", s.Origin, s.d.Name+"/"+epoch)
	case s.key == nil:
		s.withoutKey(KeyFile + " is not in the data folder")
		return nil
	case s.key.PublicKey != s.Log.Key:
		s.withoutKey(KeyFile + " is not the key that this ledger is sealed with")
		s.key = nil
		return nil
	}
	return s.Log.Key.publish(s.d.Dir, s.Origin)
}

// withoutKey says that this process cannot sign. A SQLite ledger has no other process
// that could.
func (s *Sealer) withoutKey(why string) {
	if s.d.DB.Dialect == sqldb.SQLite {
		s.stop(why)
		return
	}
	s.setElsewhere(true)
	s.d.Log.Warn("this process cannot seal; another has to", slog.String("reason", why))
}

// begin begins the log of an epoch. The key is on the disk before anything names it.
func (s *Sealer) begin(ctx context.Context, epoch string) (err error) {
	made := false
	if s.key == nil {
		suite := s.d.Suite
		if suite == "" {
			suite = Intl
		}
		if s.key, err = NewKey(suite); err != nil {
			return err
		}
		if err := s.key.write(s.d.Dir); err != nil {
			return err
		}
		made = true
	}
	if s.d.Suite != "" && s.d.Suite != s.key.Suite {
		return &SuiteError{s.key.Suite, s.d.Suite}
	}
	origin := s.d.Name + "/" + epoch
	err = s.d.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO seal_log (id, epoch, origin, suite, key, begun, suspect)
			SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, 0 FROM seal_log WHERE true ON CONFLICT DO NOTHING`,
			epoch, origin, string(s.key.Suite), s.key.Text(origin), s.d.Now().UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("seal: beginning the log: %w", err)
	}
	if s.Log, err = findLog(ctx, s.d.DB.Write, epoch); err != nil {
		return err
	}
	if made && s.key.PublicKey != s.Log.Key { // another process was first
		return os.Remove(filepath.Join(s.d.Dir, KeyFile))
	}
	head, err := s.d.Ledger.Head(ctx)
	s.d.Log.Info("seals begin here", slog.String("origin", origin), slog.String("suite", string(s.Suite)),
		slog.String("key", s.Log.Key.Text(origin)), slog.Bool("new_key", made), slog.Int64("head", int64(head)))
	return err
}

// reload takes the tree and the newest checkpoint from the database.
func (s *Sealer) reload(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest, err := s.newest(ctx, s.db.Write)
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	grown, err := s.resume(ctx, s.db.Write, newest.Size)
	if _, hole := errors.AsType[*holeError](err); hole {
		s.stop(err.Error())
		err, grown = nil, &growth{frontier: frontier{suite: s.Suite}}
	}
	if err != nil {
		return err
	}
	s.grown, s.signed = grown, newest
	s.newestAt.Store(&newest)
	return nil
}

// Run seals until ctx ends. It does not fail: what goes wrong is said in the log and in
// [Sealer.Status], and tried again unless it is a sign of a change. Call
// [Sealer.Finish] when the last append is done.
func (s *Sealer) Run(ctx context.Context) error {
	recheck := time.Now()
	for ctx.Err() == nil {
		if s.Status().Stopped != "" {
			<-ctx.Done()
			break
		}
		if s.key == nil {
			s.standBy(ctx)
			continue
		}
		err := s.d.Ledger.Wait(ctx, s.size())
		if err == nil {
			err = s.due(ctx)
		}
		if err == nil && s.d.Recheck > 0 && time.Since(recheck) >= s.d.Recheck {
			recheck = time.Now()
			err = s.lookAgain(ctx)
		}
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errElsewhere) && s.db.Dialect == sqldb.SQLite: // a commit that said it had failed
			if err = s.reload(ctx); err == nil {
				err = s.inspect(ctx)
			}
			s.complain(ctx, err)
		case errors.Is(err, errElsewhere):
			s.standBy(ctx)
		case err != nil:
			s.complain(ctx, err)
		}
	}
	return nil
}

// complain says what went wrong and leaves it some time.
func (s *Sealer) complain(ctx context.Context, err error) {
	if err != nil {
		s.d.Log.LogAttrs(ctx, slog.LevelWarn, "sealing failed; it is tried again", slog.Any("error", err))
		sleep(ctx, time.Second)
	}
}

// due seals if there is something to seal, an interval after it came: what else comes
// meanwhile shares the checkpoint.
func (s *Sealer) due(ctx context.Context) error {
	head, err := s.d.Ledger.Head(ctx)
	if err != nil || head == eventstore.Position(s.size()) {
		return err
	}
	if !sleep(ctx, s.d.Interval) {
		return ctx.Err()
	}
	return s.Seal(ctx)
}

// Finish seals up to the head, unless another process does. Call it when Run has ended
// and the last append is done, before the ledger is closed.
func (s *Sealer) Finish(ctx context.Context) error {
	if st := s.Status(); st.Stopped != "" || st.Elsewhere || s.key == nil {
		return nil
	}
	if err := s.Seal(ctx); err != nil && !errors.Is(err, errElsewhere) {
		return err
	}
	return nil
}

// Seal seals every fact up to the head of now. A fact that comes meanwhile may be left
// for the next time.
func (s *Sealer) Seal(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Status().Stopped != "" {
		return nil
	}
	head, err := s.d.Ledger.Head(ctx)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if int64(head) < s.signed.Size {
		s.stopTruncated(head)
		return nil
	}
	for s.signed.Size < int64(head) {
		if err := s.grow(ctx, head); err != nil {
			return err
		}
		if err := s.store(ctx); err != nil {
			return err
		}
		if s.Status().Stopped != "" {
			return nil
		}
	}
	return nil
}

// grow takes facts up to head into the tree in memory, at most [most].
func (s *Sealer) grow(ctx context.Context, head eventstore.Position) error {
	h := hasher{suite: s.Suite}
	for until := min(int64(head), s.signed.Size+most); s.grown.size < until; {
		after := eventstore.Position(s.grown.size)
		page, err := s.d.Ledger.Page(ctx, after, int(min(readPage, until-s.grown.size)))
		if err == nil {
			err = eventstore.CheckDense(after, page)
		}
		if err == nil && len(page) == 0 {
			err = &eventstore.GapError{Want: after + 1, Have: head}
		}
		if gap, ok := errors.AsType[*eventstore.GapError](err); ok {
			s.stop(fmt.Sprintf("the ledger has a gap: after position %d comes %d", after, gap.Have))
			return err
		}
		if err != nil {
			return fmt.Errorf("seal: reading after position %d: %w", after, err)
		}
		for _, r := range page {
			s.grown.add(h.leaf(r))
		}
	}
	return nil
}

// sealLock, with the schema's name, is the advisory lock of the process that seals.
const sealLock = 0x7365616c // "seal"

// store puts the tree and a checkpoint over it into the database.
func (s *Sealer) store(ctx context.Context) error {
	var c Checkpoint
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := s.alone(ctx, tx); err != nil {
			return err
		}
		if err := s.Log.store(ctx, tx, s.grown); err != nil {
			return err
		}
		root, err := s.continues(ctx, tx)
		if err != nil {
			return err
		}
		if c, err = sign(s.key, s.Origin, s.grown.size, root, s.d.Now().UTC().Truncate(time.Microsecond)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO seal_checkpoint (log, size, root, signature, at) VALUES ($1, $2, $3, $4, $5)`,
			s.id, c.Size, c.Root[:], c.Signature, c.At.UnixMicro())
		return err
	})
	if not, ok := errors.AsType[*notContinuedError](err); ok {
		s.stop(not.Error())
		return nil
	}
	if err != nil {
		return fmt.Errorf("seal: storing a checkpoint of %d facts: %w", s.grown.size, err)
	}
	s.grown.stored()
	s.signed = c
	s.newestAt.Store(&c)
	return nil
}

// alone returns errElsewhere unless this process has sealed the newest checkpoint and no
// other is sealing now.
func (s *Sealer) alone(ctx context.Context, tx *sql.Tx) error {
	if s.db.Dialect == sqldb.Postgres {
		var got bool
		if err := tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1, hashtext($2))", sealLock, s.db.Name).Scan(&got); err != nil {
			return err
		}
		if !got {
			return errElsewhere
		}
	}
	newest, err := s.newest(ctx, tx)
	if errors.Is(err, ErrNone) {
		newest, err = Checkpoint{}, nil
	}
	switch {
	case err != nil:
		return err
	case newest.Size > s.signed.Size:
		return errElsewhere
	case newest.Size != s.signed.Size || newest.Root != s.signed.Root:
		return &notContinuedError{fmt.Sprintf("the last checkpoint, of %d facts, is not in the database any more", s.signed.Size)}
	}
	return nil
}

// A notContinuedError says that what was about to be signed is no continuation.
type notContinuedError struct{ what string }

func (e *notContinuedError) Error() string { return e.what }

// continues proves from what is stored that the tree continues the last checkpoint, and
// returns its root.
func (s *Sealer) continues(ctx context.Context, q querier) (Hash, error) {
	t := s.tree(ctx, q)
	root, err := t.hash(0, s.grown.size)
	if err == nil && root != s.grown.root() {
		return root, &notContinuedError{fmt.Sprintf("the stored tree of %d facts is not the one that was built", s.grown.size)}
	}
	var proof []Hash
	if err == nil {
		proof, err = t.consistency(s.signed.Size, s.grown.size)
	}
	if hole, ok := errors.AsType[*holeError](err); ok {
		return root, &notContinuedError{hole.Error()}
	}
	if err != nil {
		return root, err
	}
	old := s.signed.Root
	if s.signed.Size == 0 {
		old = s.Suite.empty()
	}
	if s.Suite.CheckConsistency(proof, s.signed.Size, old, s.grown.size, root) != nil {
		return root, &notContinuedError{fmt.Sprintf("the tree of %d facts is no continuation of the checkpoint of %d", s.grown.size, s.signed.Size)}
	}
	return root, nil
}

// standBy waits while another process seals. It returns when the checkpoints stand
// still though there are facts to seal, or ctx ends.
func (s *Sealer) standBy(ctx context.Context) {
	s.setElsewhere(true)
	moved := time.Now()
	for last := int64(-1); sleep(ctx, patience/4); {
		newest, err := s.Newest(ctx)
		if errors.Is(err, ErrNone) {
			newest, err = Checkpoint{}, nil
		}
		var head eventstore.Position
		if err == nil {
			head, err = s.d.Ledger.Head(ctx)
		}
		if err != nil {
			continue
		}
		s.newestAt.Store(&newest)
		if newest.Size != last || int64(head) <= newest.Size {
			last, moved = newest.Size, time.Now()
		}
		if s.key == nil || time.Since(moved) < patience {
			continue
		}
		if err := s.reload(ctx); err == nil && s.inspect(ctx) == nil {
			s.setElsewhere(false)
			return
		}
	}
}

func (s *Sealer) setElsewhere(yes bool) {
	s.board.Lock()
	defer s.board.Unlock()
	s.board.elsewhere = yes
}

func (s *Sealer) size() eventstore.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return eventstore.Position(s.signed.Size)
}

// Sealed is the last position that a checkpoint covers.
func (s *Sealer) Sealed() eventstore.Position { return eventstore.Position(s.newestAt.Load().Size) }

// Checkpoint returns the newest checkpoint as a signed note, or [ErrNone].
func (s *Sealer) Checkpoint(ctx context.Context) ([]byte, error) {
	c, err := s.Newest(ctx)
	if err != nil {
		return nil, err
	}
	return c.Note(), nil
}

// Status tells how far the sealer is.
func (s *Sealer) Status() Status {
	st := Status{}
	if s.Log != nil {
		st.Origin, st.Suite = s.Origin, s.Suite
	}
	if c := s.newestAt.Load(); c != nil {
		st.Sealed, st.At = eventstore.Position(c.Size), c.At
	}
	s.board.Lock()
	defer s.board.Unlock()
	st.Stopped, st.Elsewhere = s.board.stopped, s.board.elsewhere
	return st
}

// stop ends sealing until the ledger is opened anew.
func (s *Sealer) stop(why string) {
	s.board.Lock()
	defer s.board.Unlock()
	if s.board.stopped == "" {
		s.board.stopped = why
		s.d.Log.Error("sealing has stopped; facts are still taken, but nothing proves them", slog.String("reason", why))
	}
}

// sleep waits; false: ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
