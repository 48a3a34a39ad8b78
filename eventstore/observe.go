package eventstore

import "time"

// An Observer hears of every commit of a ledger, for metrics. It is called from the one
// goroutine that commits and must return at once.
type Observer interface {
	Committed(Commit)
}

// A Commit is what became of one batch of appends.
type Commit struct {
	Appends  int           // in the batch
	Facts    int           // stored
	Refused  int           // appends: conflicts, keys reused
	Replayed int           // appends whose key was known
	Waiting  int           // appends that queued when it was done
	Took     time.Duration // the transaction, fsync included
	Err      error         // why the batch failed; nil: it did not
}
