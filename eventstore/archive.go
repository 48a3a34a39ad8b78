package eventstore

import "context"

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
	// It is not for use beside appends of others. It returns [ErrInvalid], and adds
	// nothing, if the records do not fit.
	Load(ctx context.Context, records []Record, keys []KeyRecord) error
}
