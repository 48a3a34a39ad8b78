// Package eventstore keeps the ledger: facts appended once, in one order, for
// ever. It knows nothing of incidents; a fact is named bytes.
//
// Positions are 1, 2, 3, … in commit order with no holes. From that follows the
// promise every reader leans on: whoever has seen position p and asks for what
// comes after p never misses a fact. Every implementation passes the suite in
// package eventstoretest, which states the promises one by one.
package eventstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
	"unicode/utf8"
)

// Position is the place of a fact in the ledger, counted from 1. Position 0
// stands before the first fact.
type Position int64

// Version is the place of a fact in its stream, counted from 1. Version 0 is
// the version of a stream that does not exist.
type Version int64

// Stream names one history, as "category-id": for example
// "incident-0198c0de-…". The category is the text before the first hyphen.
type Stream string

// StreamOf returns the stream of one member of a category.
func StreamOf(category, id string) Stream { return Stream(category + "-" + id) }

// Category returns the kind of history s is.
func (s Stream) Category() string {
	c, _, _ := strings.Cut(string(s), "-")
	return c
}

// ID returns the part of s after its category.
func (s Stream) ID() string {
	_, id, _ := strings.Cut(string(s), "-")
	return id
}

// A Draft is a fact before it is stored.
type Draft struct {
	Type string    // the stored name, written by hand, never changed
	At   time.Time // when the fact came true, by the ledger's clock; kept to the microsecond
	Data []byte    // one JSON value
}

// Meta says whence a fact came. It rides beside the fact and never reaches a rule.
type Meta struct {
	Actor       string `json:"actor,omitempty"`       // account that gave the command, or "workflow", "replay", …
	Correlation string `json:"correlation,omitempty"` // the request that began it all
	Causation   string `json:"causation,omitempty"`   // the fact or command that led here
}

// A Record is a stored fact.
type Record struct {
	Position Position
	Stream   Stream
	Version  Version
	Type     string
	At       time.Time // UTC, microseconds
	Data     []byte
	Meta     Meta
}

// Expect states what the writer believes of a stream. The zero value is [Any].
type Expect struct {
	kind    expectKind
	version Version
}

type expectKind uint8

const (
	expectAny expectKind = iota
	expectNone
	expectExists
	expectAt
)

// What a writer may expect of a stream.
var (
	Any      = Expect{}                   // nothing
	NoStream = Expect{kind: expectNone}   // that it does not exist
	Exists   = Expect{kind: expectExists} // that it has at least one fact
)

// At expects the stream to be exactly at v; At(0) is [NoStream].
func At(v Version) Expect { return Expect{kind: expectAt, version: v} }

// Met tells whether a stream at version have is as expected.
func (e Expect) Met(have Version) bool {
	switch e.kind {
	case expectNone:
		return have == 0
	case expectExists:
		return have > 0
	case expectAt:
		return have == e.version
	default:
		return true
	}
}

// Wire returns e as one number for storage engines that check it in SQL:
// -1 any, -2 exists, otherwise the exact version (0: no stream).
func (e Expect) Wire() int64 {
	switch e.kind {
	case expectNone:
		return 0
	case expectExists:
		return -2
	case expectAt:
		return int64(e.version)
	default:
		return -1
	}
}

func (e Expect) String() string {
	switch e.kind {
	case expectNone:
		return "no stream"
	case expectExists:
		return "an existing stream"
	case expectAt:
		return fmt.Sprintf("version %d", e.version)
	default:
		return "any version"
	}
}

// A Key makes an append happen at most once. It is remembered with the facts,
// for ever. The zero Key means none.
type Key struct {
	Scope  string   // who chose the ID, e.g. an account or a workflow handler
	ID     string   // at most 128 characters
	Digest [32]byte // of what was asked; the same key with another digest is an error
}

// IsZero tells whether k is no key.
func (k Key) IsZero() bool { return k.ID == "" }

// A Write is what one append adds to one stream.
type Write struct {
	Stream Stream
	Expect Expect
	Drafts []Draft // at least one
}

// An Append is added whole or not at all. No stream may appear twice in it.
type Append struct {
	Writes []Write
	Key    Key
	Meta   Meta
}

// A Result tells where an append landed: positions First to Last, without a
// hole, writes in the order they were given.
type Result struct {
	First, Last Position
	Stream      Stream  // stream of the first write
	Version     Version // version of that stream after the append
	Replayed    bool    // the key was known: nothing was added, this is the first answer
}

// A Store is a ledger. All methods may be called from many goroutines.
type Store interface {
	// Append stores a durably, in commit order, or refuses it whole. It
	// returns only after the facts would survive a power cut.
	//
	// A known key with the same digest returns the first Result, Replayed; that
	// is looked at before expectations. Refusals: [*ConflictError],
	// [ErrKeyReused], [ErrOverloaded] (the queue of waiting appends is full),
	// [ErrInvalid]. Any other error leaves the outcome unknown unless it says
	// otherwise; retry with the same key.
	Append(ctx context.Context, a Append) (Result, error)

	// Lookup returns the Result stored under k, and whether there is one. It
	// returns [ErrKeyReused] if the digest differs.
	Lookup(ctx context.Context, k Key) (Result, bool, error)

	// Read returns the facts of one stream after version `after`, oldest first.
	// A stream that does not exist is empty.
	Read(ctx context.Context, stream Stream, after Version) iter.Seq2[Record, error]

	// Page returns up to limit facts after position `after`, in order, only
	// ones already durable. It never waits: an empty page means `after` is the head.
	Page(ctx context.Context, after Position, limit int) ([]Record, error)

	// Head returns the position of the last durable fact, 0 when there is none.
	Head(ctx context.Context) (Position, error)

	// Wait returns nil as soon as the head may be past `after`, or after a
	// quarter of a second at the latest; it is a hint, the caller looks for
	// itself. It returns ctx's error when ctx ends.
	Wait(ctx context.Context, after Position) error

	// Epoch is a random text made with the ledger and replaced only when it is
	// restored from a backup. A position means something only with its epoch.
	Epoch(ctx context.Context) (string, error)

	// Close waits for appends under way and releases the ledger. Later calls fail
	// with [ErrClosed].
	Close() error
}

var (
	// ErrOverloaded says that too many appends are waiting; nothing was stored.
	ErrOverloaded = errors.New("eventstore: overloaded")
	// ErrKeyReused says that a key came again with another digest; nothing was stored.
	ErrKeyReused = errors.New("eventstore: key reused for something else")
	// ErrConflict is matched by every [*ConflictError].
	ErrConflict = errors.New("eventstore: conflict")
	// ErrInvalid says that an append is malformed; nothing was stored.
	ErrInvalid = errors.New("eventstore: invalid append")
	// ErrClosed says that the ledger was closed.
	ErrClosed = errors.New("eventstore: closed")
	// ErrFailed says that the ledger met a disk error and takes no more appends
	// until it is opened anew.
	ErrFailed = errors.New("eventstore: ledger failed")
	// ErrInUse says that another process holds the ledger's folder.
	ErrInUse = errors.New("eventstore: folder is in use by another process")
)

// A ConflictError says that a stream was not as expected; nothing was stored.
type ConflictError struct {
	Stream Stream
	Want   Expect
	Have   Version
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("eventstore: %s is at version %d, expected %s", e.Stream, e.Have, e.Want)
}

// Is makes errors.Is(err, ErrConflict) true.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// A GapError says that a store broke its first promise. Readers stop on it.
type GapError struct{ Want, Have Position }

func (e *GapError) Error() string {
	return fmt.Sprintf("eventstore: gap: expected position %d, got %d", e.Want, e.Have)
}

// CheckDense returns a [*GapError] if page is not exactly after+1, after+2, ….
func CheckDense(after Position, page []Record) error {
	for i := range page {
		if want := after + Position(i) + 1; page[i].Position != want {
			return &GapError{Want: want, Have: page[i].Position}
		}
	}
	return nil
}

// What a ledger takes, in bytes. Names bound what an index row can weigh; data
// bounds what a commit can weigh.
const (
	maxName = 512
	maxMeta = 4096
	maxData = 16 << 20
)

// Validate returns an error wrapping [ErrInvalid] if a could never be stored.
func (a Append) Validate() error {
	if len(a.Writes) == 0 {
		return fmt.Errorf("%w: no writes", ErrInvalid)
	}
	if err := a.Key.validate(); err != nil {
		return err
	}
	for _, text := range []string{a.Meta.Actor, a.Meta.Correlation, a.Meta.Causation} {
		if !plain(text, maxMeta) {
			return fmt.Errorf("%w: meta is not plain text or too long", ErrInvalid)
		}
	}
	size := 0
	for i, w := range a.Writes {
		for _, other := range a.Writes[:i] {
			if other.Stream == w.Stream {
				return fmt.Errorf("%w: %s appears twice", ErrInvalid, w.Stream)
			}
		}
		if err := w.validate(); err != nil {
			return err
		}
		for _, d := range w.Drafts {
			size += len(d.Data)
		}
	}
	if size > maxData {
		return fmt.Errorf("%w: %d bytes of data, at most %d go into one append", ErrInvalid, size, maxData)
	}
	return nil
}

func (k Key) validate() error {
	switch {
	case k.IsZero() && k != Key{}:
		return fmt.Errorf("%w: a key needs an id", ErrInvalid)
	case utf8.RuneCountInString(k.ID) > 128, !plain(k.ID, maxName), !plain(k.Scope, maxName):
		return fmt.Errorf("%w: key is not plain text or too long", ErrInvalid)
	}
	return nil
}

func (w Write) validate() error {
	if w.Stream.Category() == "" || w.Stream.ID() == "" || !plain(string(w.Stream), maxName) {
		return fmt.Errorf("%w: stream %q is not category-id", ErrInvalid, w.Stream)
	}
	if w.Expect.kind == expectAt && w.Expect.version < 0 {
		return fmt.Errorf("%w: %s cannot be at version %d", ErrInvalid, w.Stream, w.Expect.version)
	}
	if len(w.Drafts) == 0 {
		return fmt.Errorf("%w: nothing to add to %s", ErrInvalid, w.Stream)
	}
	for _, d := range w.Drafts {
		if d.Type == "" || !plain(d.Type, maxName) || d.At.IsZero() {
			return fmt.Errorf("%w: a fact needs a type and a time", ErrInvalid)
		}
		if !utf8.Valid(d.Data) || !json.Valid(d.Data) {
			return fmt.Errorf("%w: the data of %s is not one JSON value in UTF-8", ErrInvalid, d.Type)
		}
	}
	return nil
}

// plain tells whether every storage engine keeps text as it is: UTF-8 without NUL.
func plain(text string, most int) bool {
	return len(text) <= most && utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}
