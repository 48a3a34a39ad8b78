package seal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// Outside is what somebody kept outside the ledger's place.
type Outside struct {
	Key         *PublicKey   // nil: the key stored beside the seals is believed
	Checkpoints []Checkpoint // as they were handed out then
}

// The kinds of faults that [Verify] finds.
const (
	Edited     = "edited"           // a fact is not the one that was sealed
	Dropped    = "dropped"          // a fact is gone, and those after it may have moved up
	Swapped    = "swapped"          // two facts have changed places
	Inserted   = "inserted"         // a fact was put between others, which moved on
	Truncated  = "truncated"        // the ledger ends before what was sealed
	RolledBack = "rolled back"      // ledger and seals are older than a checkpoint kept outside
	Forked     = "forked"           // the history is another one than was signed
	Resigned   = "re-signed"        // a checkpoint with another key, or another root at the same size
	Seals      = "seals changed"    // facts are as they were signed, what is stored about them is not
	Foreign    = "another ledger's" // a checkpoint that is not of this ledger
)

// A Fault is one thing that is not as it was signed.
type Fault struct {
	Kind     string
	Position eventstore.Position // the first that is touched; 0: none can be named
	What     string
}

func (f Fault) String() string { return f.Kind + ": " + f.What }

// A Report says what [Verify] saw.
type Report struct {
	Origin   string
	Suite    Suite
	Key      string // as C2SP writes it
	Sealed   int64  // facts under the newest stored checkpoint
	Unsealed int64  // facts after it, which no checkpoint covers yet
	Stored   int64  // checkpoints
	Faults   []Fault
	Notes    []string // what is worth knowing and no fault
}

const (
	// maxFaults bounds how many facts a report names one by one.
	maxFaults = 50
	// maxSignatures is how many stored checkpoints have their signatures checked; of
	// more than that, evenly chosen ones and always the newest.
	maxSignatures = 100_000
)

// Verify computes the tree anew from the facts and compares it with every root that was
// signed, stored beside the ledger or kept outside. It may run beside a server. Where
// facts differ from their stored leaf hashes, it names them without any help from
// outside. A ledger that was never sealed gives [ErrNone].
func Verify(ctx context.Context, ledger eventstore.Store, db *sqldb.DB, out Outside) (r Report, err error) {
	epoch, err := ledger.Epoch(ctx)
	if err != nil {
		return r, fmt.Errorf("seal: %w", err)
	}
	// One view of the seals, taken before the ledger's head is read: what they cover must be there.
	tx, err := db.Read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: snapshot(db.Dialect)})
	if err != nil {
		return r, fmt.Errorf("seal: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	l, err := findLog(ctx, tx, epoch)
	if err != nil {
		return r, err
	}
	l.db = db
	v := &verifier{Log: l, q: tx, report: &r, out: out, roots: map[int64]Hash{}}
	if err := v.run(ctx, ledger); err != nil {
		return r, err
	}
	return r, nil
}

// snapshot is the isolation in which every question of a transaction sees one moment.
func snapshot(d sqldb.Dialect) sql.IsolationLevel {
	if d == sqldb.Postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

type verifier struct {
	*Log
	q      querier
	report *Report
	out    Outside

	head   int64
	newest Checkpoint
	roots  map[int64]Hash // from the facts, at the sizes of checkpoints kept outside
	fresh  frontier       // from the facts
	stored frontier       // from the stored leaf hashes
	off    []offLeaf      // facts that differ from their stored leaf
	more   int64          // such facts that are not kept in off
	good   int64          // the last size whose root, from the facts, is as signed
	bad    Checkpoint     // the first stored checkpoint with another root
	before bool           // and whether the stored leaves lead to it
	resign []int64        // sizes of stored checkpoints with no good signature
}

// An offLeaf is a fact that is not the one its leaf hash is of.
type offLeaf struct {
	record eventstore.Record
	stored Hash
}

func (v *verifier) fault(kind string, at int64, format string, args ...any) {
	v.report.Faults = append(v.report.Faults, Fault{kind, eventstore.Position(at), fmt.Sprintf(format, args...)})
}

func (v *verifier) run(ctx context.Context, ledger eventstore.Store) error {
	r := v.report
	r.Origin, r.Suite, r.Key = v.Origin, v.Suite, v.Key.Text(v.Origin)
	v.fresh.suite, v.stored.suite = v.Suite, v.Suite
	if v.out.Key != nil && *v.out.Key != v.Key {
		v.fault(Resigned, 0, "the seals here are made with key %08x, the key kept outside is %08x: everything may have been signed anew",
			v.Key.ID(v.Origin), v.out.Key.ID(v.Origin))
	}
	var err error
	if v.newest, err = v.Log.newest(ctx, v.q); err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	if err := v.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM seal_checkpoint WHERE log = $1`, v.id).Scan(&r.Stored); err != nil {
		return fmt.Errorf("seal: counting checkpoints: %w", err)
	}
	head, err := ledger.Head(ctx)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	v.head, r.Sealed = int64(head), v.newest.Size
	r.Unsealed = max(0, v.head-v.newest.Size)
	for _, c := range v.out.Checkpoints {
		v.roots[c.Size] = Hash{}
	}
	if err := v.walk(ctx, ledger); err != nil {
		return err
	}
	v.judgeFacts()
	if v.head < v.newest.Size {
		v.fault(Truncated, v.head+1, "the ledger ends at position %d; positions %d to %d are gone, which were sealed at %s",
			v.head, v.head+1, v.newest.Size, v.newest.At.Format("2006-01-02 15:04:05 MST"))
	}
	for _, c := range v.out.Checkpoints {
		v.judgeOutside(ctx, c)
	}
	return nil
}

// walk reads facts, leaf tiles and checkpoints side by side.
func (v *verifier) walk(ctx context.Context, ledger eventstore.Store) error {
	h := hasher{suite: v.Suite}
	checkpoints := &upward{v: v}
	step := max(1, v.report.Stored/maxSignatures)
	var leaves []Hash
	tile := int64(-1)
	for size := int64(0); size < v.head; {
		page, err := ledger.Page(ctx, eventstore.Position(size), readPage)
		if err != nil {
			return fmt.Errorf("seal: reading after position %d: %w", size, err)
		}
		if len(page) == 0 {
			v.head = size // the rest is not there
			break
		}
		for _, record := range page {
			for size < int64(record.Position)-1 && size < v.newest.Size { // a hole
				size++
				v.fault(Dropped, size, "the fact at position %d is gone", size)
				v.fresh.add(Hash{}, nothing)
				if len(v.report.Faults) > maxFaults {
					return nil
				}
			}
			if int64(record.Position) != size+1 {
				size = int64(record.Position) // the ledger's own rules say more
				continue
			}
			leaf := h.leaf(record)
			v.fresh.add(leaf, nothing)
			if size < v.newest.Size {
				if n := size / tileWidth; n != tile {
					if leaves, err = v.tile(ctx, v.q, tileAt{0, n}); err != nil {
						return err
					}
					tile = n
				}
				have := Hash{}
				if i := int(size % tileWidth); i < len(leaves) {
					have = leaves[i]
				}
				v.stored.add(have, nothing)
				if have != leaf {
					if len(v.off) < maxFaults {
						v.off = append(v.off, offLeaf{record, have})
					} else {
						v.more++
					}
				}
			}
			size++
			if _, asked := v.roots[size]; asked {
				v.roots[size] = v.fresh.root()
			}
			if err := checkpoints.to(ctx, size, step); err != nil {
				return err
			}
		}
	}
	return nil
}

func nothing(int, Hash) {}

// upward reads the stored checkpoints in the order of their sizes.
type upward struct {
	v     *verifier
	page  []Checkpoint
	after int64
	n     int64
	ended bool
}

// to compares the checkpoints of that size with the trees.
func (u *upward) to(ctx context.Context, size, step int64) error {
	for {
		if len(u.page) == 0 && !u.ended {
			if err := u.fill(ctx); err != nil {
				return err
			}
		}
		if len(u.page) == 0 || u.page[0].Size > size {
			return nil
		}
		c := u.page[0]
		u.page = u.page[1:]
		if c.Size < size {
			continue
		}
		v := u.v
		if u.n++; u.n%step == 0 || c.Size == v.newest.Size {
			if !c.SignedBy(v.Key) {
				v.resign = append(v.resign, c.Size)
				continue
			}
		}
		switch {
		case v.fresh.root() == c.Root:
			v.good = c.Size
		case v.bad.Size == 0:
			v.bad, v.before = c, v.stored.root() == c.Root
		}
	}
}

func (u *upward) fill(ctx context.Context) (err error) {
	rows, err := u.v.q.QueryContext(ctx,
		`SELECT size, root, signature, at FROM seal_checkpoint WHERE log = $1 AND size > $2 ORDER BY size LIMIT 1000`, u.v.id, u.after)
	if err != nil {
		return fmt.Errorf("seal: reading checkpoints: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		c, err := u.v.checkpoint(rows)
		if err != nil {
			return err
		}
		u.page = append(u.page, c)
		u.after = c.Size
	}
	u.ended = len(u.page) == 0
	return rows.Err()
}

// judgeFacts names what differs, by what the signed roots say is right: the facts, their
// stored hashes, or neither.
func (v *verifier) judgeFacts() {
	for _, size := range v.resign {
		v.fault(Resigned, 0, "the stored checkpoint of %d facts is not signed by this ledger's key %08x", size, v.Key.ID(v.Origin))
	}
	switch {
	case v.bad.Size == 0 && len(v.off) > 0: // every signed root holds for the facts
		v.fault(Seals, int64(v.off[0].record.Position), "the stored hash of position %d is not of its fact, which is as it was signed%s",
			v.off[0].record.Position, andMore(int64(len(v.off)-1)+v.more))
	case len(v.off) > 0:
		v.nameFacts()
	case v.bad.Size > 0 && len(v.report.Faults) == 0:
		v.fault(Forked, v.good+1, "facts and their stored hashes agree, but not with the signed checkpoint of %d facts: something in positions %d to %d was changed, and its hash with it",
			v.bad.Size, v.good+1, v.bad.Size)
	}
}

func andMore(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", and %d more", n)
}

// nameFacts tells what was done to the facts that are not those that were sealed: it
// tries whether one would fit elsewhere.
func (v *verifier) nameFacts() {
	h := hasher{suite: v.Suite}
	wants := map[Hash]eventstore.Position{}
	for _, o := range v.off {
		wants[o.stored] = o.record.Position
	}
	fits := func(r eventstore.Record, p eventstore.Position) bool {
		r.Position = p
		return wants[h.leaf(r)] == p
	}
	first := v.off[0].record
	shifted := func(by eventstore.Position) bool {
		n := 0
		for _, o := range v.off {
			if fits(o.record, o.record.Position+by) {
				n++
			}
		}
		return n > 0 && n >= len(v.off)-2
	}
	switch {
	case len(v.off) > 1 && shifted(1), len(v.off) == 1 && v.head < v.newest.Size && v.follows(first):
		v.fault(Dropped, int64(first.Position), "the fact that was sealed at position %d is gone, and those after it have moved up", first.Position)
		return
	case len(v.off) > 2 && shifted(-1):
		v.fault(Inserted, int64(first.Position), "the fact at position %d was put in, and those after it have moved on", first.Position)
		return
	}
	told := map[eventstore.Position]bool{}
	for i, a := range v.off {
		for _, b := range v.off[i+1:] {
			if told[a.record.Position] || told[b.record.Position] {
				continue
			}
			contents := a.record
			contents.Type, contents.At, contents.Data, contents.Meta = b.record.Type, b.record.At, b.record.Data, b.record.Meta
			if fits(a.record, b.record.Position) || h.leaf(contents) == a.stored {
				told[a.record.Position], told[b.record.Position] = true, true
				v.fault(Swapped, int64(a.record.Position), "the facts at positions %d and %d have changed places", a.record.Position, b.record.Position)
			}
		}
	}
	for _, o := range v.off {
		if !told[o.record.Position] {
			v.fault(Edited, int64(o.record.Position), "the fact at position %d (%s, version %d) is not the one that was sealed", o.record.Position, o.record.Stream, o.record.Version)
		}
	}
	if v.more > 0 {
		v.fault(Edited, 0, "and %d more facts after these", v.more)
	}
}

// follows tells whether a fact at the end of the ledger is the one that was sealed right
// after its place.
func (v *verifier) follows(r eventstore.Record) bool {
	leaves, err := v.tile(context.Background(), v.q, tileAt{0, int64(r.Position) / tileWidth})
	i := int(int64(r.Position) % tileWidth)
	if err != nil || i >= len(leaves) {
		return false
	}
	r.Position++
	return (&hasher{suite: v.Suite}).leaf(r) == leaves[i]
}

// judgeOutside compares the ledger with a checkpoint that somebody kept.
func (v *verifier) judgeOutside(ctx context.Context, c Checkpoint) {
	key := v.Key
	if v.out.Key != nil {
		key = *v.out.Key
	}
	whose := fmt.Sprintf("the checkpoint of %d facts kept outside", c.Size)
	name, epoch := cutOrigin(c.Origin)
	ours, _ := cutOrigin(v.Origin)
	if name != ours {
		v.fault(Foreign, 0, "%s is of %s, this ledger is %s", whose, c.Origin, v.Origin)
		return
	}
	restored := epoch != v.Epoch
	switch {
	case c.KeyID != key.ID(c.Origin) && restored && v.out.Key == nil:
		v.report.Notes = append(v.report.Notes, whose+" is of an epoch before a restore, with another key; give --key to check its signature")
	case c.KeyID != key.ID(c.Origin):
		v.fault(Resigned, 0, "%s is signed with key %08x, not with %08x", whose, c.KeyID, key.ID(c.Origin))
		return
	case !c.SignedBy(key):
		v.fault(Resigned, 0, "the signature of %s does not hold: it was changed, or is not of key %08x", whose, c.KeyID)
		return
	}
	root, known := v.roots[c.Size]
	mine := Checkpoint{}
	if !restored {
		mine, _ = v.At(ctx, c.Size)
	}
	switch {
	case c.Size == 0:
	case c.Size > v.head && c.Size <= v.newest.Size:
		v.fault(Truncated, v.head+1, "positions %d to %d are gone, which %s covers", v.head+1, c.Size, whose)
	case c.Size > v.head:
		v.fault(RolledBack, v.head+1, "ledger and seals end at position %d: they are older than %s, and positions %d to %d are gone", v.head, whose, v.head+1, c.Size)
	case known && root == c.Root && restored:
		v.report.Notes = append(v.report.Notes, fmt.Sprintf("the ledger was restored since; up to position %d it holds the facts of %s", c.Size, whose))
	case known && root == c.Root:
		v.report.Notes = append(v.report.Notes, fmt.Sprintf("up to position %d the ledger is that of %s", c.Size, whose))
	case mine.Size == c.Size && mine.Root != c.Root && mine.SignedBy(key):
		v.fault(Resigned, 0, "two checkpoints of %d facts with different roots are signed by key %08x: %s, and the one stored here", c.Size, c.KeyID, whose)
	default:
		v.fault(Forked, 0, "the first %d facts are not those of %s: history was written anew at or before position %d", c.Size, whose, c.Size)
	}
}

// cutOrigin divides an origin into whose ledger it is and the epoch.
func cutOrigin(origin string) (name, epoch string) {
	i := strings.LastIndexByte(origin, '/')
	if i < 0 {
		return origin, ""
	}
	return origin[:i], origin[i+1:]
}
