// Package archive keeps a copy of a ledger and of what belongs to it in one file that
// any store can be filled from: facts, remembered keys, the tables of the databases
// beside it, photos, and the files of its seal.
//
// A file is either whole or refused. It begins with a line that names its format, goes on
// in parts, and ends with a line that repeats the digest of the last part:
//
//	gridcommand backup 1
//	part   kind (1 byte), length packed, length unpacked (4 bytes each), zstd, SHA-256
//	…
//	end 9f86d0…
//
// The digest of a part is that of the digest before it and of the part, so nothing can be
// cut off, changed, moved or left out and the file still read. The parts come in this order:
//
//	m  the manifest        what this is a copy of, up to which position
//	t  rows of a table     of the databases beside the ledger, whatever engine kept them
//	r  facts, k  keys      those after the position that an older file reaches to, if there is one
//	p  a photo             named by its SHA-256
//	i  index               the SHA-256 of every photo of the place, copied here or in an older file
//	f  a file of the seal
//	z  the summary         how much there was of each
//
// A file that goes on from an older one names it by its digest. Such a chain is read as
// one; the tables are those of its last file.
package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"gridcommand/eventstore"
)

// Format is the format written here. A file of a later one is refused.
const Format = 1

// A Manifest says what a file is a copy of.
type Manifest struct {
	District string              `json:"district"`
	Epoch    string              `json:"epoch"`
	After    eventstore.Position `json:"after"` // facts up to here are in older files; 0: in none
	Head     eventstore.Position `json:"head"`
	Parent   string              `json:"parent,omitempty"` // digest of the file this one goes on from
	MadeAt   time.Time           `json:"made_at"`
	By       string              `json:"by,omitempty"`     // the program's version
	Store    string              `json:"store,omitempty"`  // what kept the ledger: "sqlite", "postgres"
	Suite    string              `json:"suite,omitempty"`  // of the seal
	WithKey  bool                `json:"with_key"`         // whether the seal's private key is in it
	Owners   map[string]Versions `json:"owners,omitempty"` // by database
}

// Versions are the versions of tables by who keeps them; see [sqldb.Owner].
type Versions map[string]int64

// A Summary counts what a file holds.
type Summary struct {
	Records     int64            `json:"records"`
	Keys        int64            `json:"keys"`
	Rows        map[string]int64 `json:"rows"` // by "database.table"
	Photos      int64            `json:"photos"`
	PhotosKnown int64            `json:"photos_known"` // with those of older files
	Files       int64            `json:"files"`
	Unpacked    int64            `json:"unpacked"` // bytes
}

// A Digest is that of a whole file.
type Digest [sha256.Size]byte

func (d Digest) String() string { return "sha256:" + hex.EncodeToString(d[:]) }

// Why a file is refused. Every refusal is a [*FaultError] that wraps one of these.
var (
	ErrNotBackup = errors.New("this is no backup of gridcommand")
	ErrNewer     = errors.New("this backup was written by a newer program")
	ErrCut       = errors.New("the file is cut short")
	ErrDamaged   = errors.New("the file was damaged or edited")
	ErrContent   = errors.New("the file is not what a ledger writes")
	ErrDistrict  = errors.New("this is the backup of another district")
	ErrChain     = errors.New("these files are not one chain")
)

// A FaultError says which file is refused, why, and where the reason lies.
type FaultError struct {
	File   string
	Part   int   // counted from 1; 0: the file as a whole
	Offset int64 // where the part begins
	Err    error
}

func (e *FaultError) Error() string {
	if e.Part == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s: part %d, at byte %d: %v", e.File, e.Part, e.Offset, e.Err)
}

func (e *FaultError) Unwrap() error { return e.Err }
