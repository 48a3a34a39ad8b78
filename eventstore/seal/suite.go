package seal

import (
	"crypto/sha256"
	"fmt"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/mod/sumdb/tlog"
)

// A Hash is a hash of either suite: both are 32 bytes.
type Hash = tlog.Hash

// A Suite is the pair of algorithms that a ledger is sealed with. It is chosen when
// the ledger is made and never changes.
type Suite string

// The suites.
const (
	Intl Suite = "intl" // SHA-256 and Ed25519: the tree of RFC 6962
	SM   Suite = "sm"   // SM3 and SM2: the same tree over the hash of GB/T 32905
)

// ParseSuite reads a suite's name.
func ParseSuite(name string) (Suite, error) {
	if s := Suite(name); s == Intl || s == SM {
		return s, nil
	}
	return "", fmt.Errorf("seal: %q is neither intl nor sm", name)
}

// sum is the suite's hash function.
func (s Suite) sum(data []byte) Hash {
	if s == SM {
		return sm3.Sum(data)
	}
	return sha256.Sum256(data)
}

// Leaf hashes the encoding of a record: H(0x00 ‖ encoding).
func (s Suite) Leaf(encoding []byte) Hash {
	return s.sum(append([]byte{leafMark}, encoding...))
}

const (
	leafMark = 0x00
	nodeMark = 0x01
)

// node hashes two subtrees to the one above them: H(0x01 ‖ left ‖ right).
func (s Suite) node(left, right Hash) Hash {
	var b [1 + 2*tlog.HashSize]byte
	b[0] = nodeMark
	copy(b[1:], left[:])
	copy(b[1+tlog.HashSize:], right[:])
	return s.sum(b[:])
}

// empty is the root of no records: H of nothing.
func (s Suite) empty() Hash { return s.sum(nil) }
