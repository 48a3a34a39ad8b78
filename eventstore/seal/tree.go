package seal

import (
	"errors"
	"fmt"
	"math/bits"
)

// A frontier is what must be remembered of a tree to go on with it: the roots of the
// complete subtrees that its size consists of, the largest first.
//
//	size 13 = 8 + 4 + 1:   [ 0…7 ] [ 8…11 ] [ 12 ]
type frontier struct {
	suite Suite
	size  int64
	stack []Hash
}

// add appends a leaf and tells done of every subtree that it completes, the leaf
// itself, of level 0, first.
func (f *frontier) add(leaf Hash, done func(level int, h Hash)) {
	h := leaf
	done(0, h)
	level := 0
	for n := f.size; n&1 == 1; n >>= 1 {
		top := len(f.stack) - 1
		h = f.suite.node(f.stack[top], h)
		f.stack = f.stack[:top]
		level++
		done(level, h)
	}
	f.stack = append(f.stack, h)
	f.size++
}

// root is the root of the whole tree.
func (f *frontier) root() Hash {
	if len(f.stack) == 0 {
		return f.suite.empty()
	}
	h := f.stack[len(f.stack)-1]
	for i := len(f.stack) - 2; i >= 0; i-- {
		h = f.suite.node(f.stack[i], h)
	}
	return h
}

// A tree is read through the hashes of its complete subtrees: node returns that of
// the leaves n·2^level to (n+1)·2^level − 1.
type tree struct {
	suite Suite
	node  func(level int, n int64) (Hash, error)
}

// split is the largest power of two below n: where RFC 6962 divides n leaves.
func split(n int64) int64 { return 1 << (bits.Len64(uint64(n-1)) - 1) }

// hash returns the root of the leaves lo to hi−1, where lo is 0 or comes from [split].
func (t tree) hash(lo, hi int64) (Hash, error) {
	n := hi - lo
	if n == 0 {
		return t.suite.empty(), nil
	}
	if n&(n-1) == 0 {
		return t.node(bits.TrailingZeros64(uint64(n)), lo/n)
	}
	k := split(n)
	left, err := t.hash(lo, lo+k)
	if err != nil {
		return Hash{}, err
	}
	right, err := t.hash(lo+k, hi)
	return t.suite.node(left, right), err
}

// frontier returns what is needed to go on with the first size leaves.
func (t tree) frontier(size int64) (*frontier, error) {
	f := &frontier{suite: t.suite, size: size}
	for lo := int64(0); lo < size; {
		n := int64(1) << (bits.Len64(uint64(size-lo)) - 1)
		h, err := t.hash(lo, lo+n)
		if err != nil {
			return nil, err
		}
		f.stack = append(f.stack, h)
		lo += n
	}
	return f, nil
}

// inclusion returns the path of leaf n, counted from 0, in the tree of size leaves:
// the siblings on the way from the leaf to the root (RFC 6962, 2.1.1).
func (t tree) inclusion(n, size int64) ([]Hash, error) {
	return t.climb(n, 0, size)
}

func (t tree) climb(n, lo, hi int64) ([]Hash, error) {
	if hi-lo == 1 {
		return []Hash{}, nil
	}
	k := split(hi - lo)
	inLo, inHi, outLo, outHi := lo, lo+k, lo+k, hi
	if n >= lo+k {
		inLo, inHi, outLo, outHi = outLo, outHi, inLo, inHi
	}
	path, err := t.climb(n, inLo, inHi)
	if err != nil {
		return nil, err
	}
	sibling, err := t.hash(outLo, outHi)
	return append(path, sibling), err
}

// consistency returns the proof that the tree of m leaves is a prefix of the one of n
// (RFC 6962, 2.1.2). It is empty for m = 0, which is a prefix of everything, and m = n.
func (t tree) consistency(m, n int64) ([]Hash, error) {
	if m == 0 {
		return []Hash{}, nil
	}
	return t.subproof(m, 0, n, true)
}

func (t tree) subproof(m, lo, hi int64, known bool) ([]Hash, error) {
	if m == hi {
		if known { // the old root itself, which the verifier has
			return []Hash{}, nil
		}
		h, err := t.hash(lo, hi)
		return []Hash{h}, err
	}
	k := split(hi - lo)
	inLo, inHi, outLo, outHi := lo, lo+k, lo+k, hi
	if m > lo+k {
		inLo, inHi, outLo, outHi, known = outLo, outHi, inLo, inHi, false
	}
	proof, err := t.subproof(m, inLo, inHi, known)
	if err != nil {
		return nil, err
	}
	h, err := t.hash(outLo, outHi)
	return append(proof, h), err
}

// errNotProved says that a proof does not lead to the root.
var errNotProved = errors.New("seal: the proof does not lead to the root")

// CheckInclusion returns nil if path proves that leaf is leaf n, counted from 0, of
// the tree of size leaves with that root (RFC 9162, 2.1.3.2).
func (s Suite) CheckInclusion(path []Hash, size int64, root Hash, n int64, leaf Hash) error {
	if n < 0 || n >= size {
		return fmt.Errorf("seal: there is no leaf %d in a tree of %d", n, size)
	}
	at, last, h := n, size-1, leaf
	for _, p := range path {
		if last == 0 {
			return errNotProved
		}
		if at&1 == 1 || at == last {
			h = s.node(p, h)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			h = s.node(h, p)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 || h != root {
		return errNotProved
	}
	return nil
}

// CheckConsistency returns nil if proof shows that the tree of m leaves with root old
// is a prefix of the tree of n leaves with root new (RFC 9162, 2.1.4.2).
func (s Suite) CheckConsistency(proof []Hash, m int64, old Hash, n int64, now Hash) error {
	switch {
	case m < 0 || m > n:
		return fmt.Errorf("seal: %d leaves are no prefix of %d", m, n)
	case m == 0:
		if len(proof) > 0 || old != s.empty() {
			return errNotProved
		}
		return nil
	case m == n:
		if len(proof) > 0 || old != now {
			return errNotProved
		}
		return nil
	}
	if m&(m-1) == 0 {
		proof = append([]Hash{old}, proof...)
	}
	if len(proof) == 0 {
		return errNotProved
	}
	at, last := m-1, n-1
	for at&1 == 1 {
		at, last = at>>1, last>>1
	}
	first, second := proof[0], proof[0]
	for _, p := range proof[1:] {
		if last == 0 {
			return errNotProved
		}
		if at&1 == 1 || at == last {
			first, second = s.node(p, first), s.node(p, second)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			second = s.node(second, p)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 || first != old || second != now {
		return errNotProved
	}
	return nil
}
