package eventstore

import (
	"context"
	"fmt"
)

// A KeyRecord is a remembered [Key] with the answer that is given to it.
type KeyRecord struct {
	Key
	First, Last Position
	Version     Version // of the stream of the fact at First, after the append
}

// An Archive is a ledger that can be copied whole: its facts by [Store.Page], and its
// keys, without which a copy would do again what was done once.
type Archive interface {
	Store

	// Keys returns up to limit remembered keys whose First lies after position `after`,
	// in the order of First. Keys of one ledger never share a First.
	Keys(ctx context.Context, after Position, limit int) ([]KeyRecord, error)

	// Load adds records and keys of another ledger to the end of this one, durably and
	// whole or not at all: positions go on from the head, versions from each stream's.
	// Keys go on from the last one there; the facts of a key are in the ledger already
	// or come with it. It is not for use beside appends of others. It returns
	// [ErrInvalid], and adds nothing, if the records or keys do not fit.
	Load(ctx context.Context, records []Record, keys []KeyRecord) error
}

// DefaultKeys is how many keys [Archive.Keys] gives when it is not told.
const DefaultKeys = 4096

// CheckLoad returns an error wrapping [ErrInvalid] if records and keys do not go on where a
// ledger ends: at position head, with last the key remembered last (zero: none) and
// version telling where a stream is. That a key's name is new is for the caller to see.
func CheckLoad(head Position, last KeyRecord, version func(Stream) (Version, error), records []Record, keys []KeyRecord) error {
	if err := CheckDense(head, records); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	versions := map[Stream]Version{}
	for i := range records {
		r := &records[i]
		have, known := versions[r.Stream]
		if !known {
			var err error
			if have, err = version(r.Stream); err != nil {
				return err
			}
		}
		if r.Version != have+1 {
			return fmt.Errorf("%w: position %d is version %d of %s, which is at %d", ErrInvalid, r.Position, r.Version, r.Stream, have)
		}
		versions[r.Stream] = r.Version
		one := Append{Writes: []Write{{Stream: r.Stream, Drafts: []Draft{{Type: r.Type, At: r.At, Data: r.Data}}}}, Meta: r.Meta}
		if err := one.Validate(); err != nil {
			return fmt.Errorf("position %d: %w", r.Position, err)
		}
	}
	end := head + Position(len(records))
	for _, k := range keys {
		switch {
		case k.IsZero():
			return fmt.Errorf("%w: a key without an id", ErrInvalid)
		case k.First <= last.Last || k.Last < k.First || k.Last > end:
			return fmt.Errorf("%w: key %s stands for positions %d to %d, after a key that ends at %d and in a ledger that ends at %d",
				ErrInvalid, k.ID, k.First, k.Last, last.Last, end)
		}
		if err := k.validate(); err != nil {
			return err
		}
		if k.First > head {
			if want := versionAfter(records[k.First-head-1 : k.Last-head]); k.Version != want {
				return fmt.Errorf("%w: key %s says version %d, the facts say %d", ErrInvalid, k.ID, k.Version, want)
			}
		}
		last = k
	}
	return nil
}

// versionAfter returns the version that the stream of the first of facts has after them.
func versionAfter(facts []Record) Version {
	v := facts[0].Version
	for i := range facts {
		if facts[i].Stream == facts[0].Stream {
			v = facts[i].Version
		}
	}
	return v
}
