package seal

import (
	"encoding/hex"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// planted is a tree of n leaves in memory.
type planted struct {
	tree
	roots []Hash // of the first i leaves
	leafs []Hash
}

func plant(s Suite, n int) *planted {
	nodes := map[[2]int64]Hash{}
	counts := map[int]int64{}
	f := &frontier{suite: s}
	p := &planted{roots: []Hash{s.empty()}}
	for i := range n {
		leaf := s.Leaf(fmt.Appendf(nil, "leaf %d", i))
		p.leafs = append(p.leafs, leaf)
		f.add(leaf, func(level int, h Hash) {
			nodes[[2]int64{int64(level), counts[level]}] = h
			counts[level]++
		})
		p.roots = append(p.roots, f.root())
	}
	p.tree = tree{s, func(level int, n int64) (Hash, error) {
		h, ok := nodes[[2]int64{int64(level), n}]
		if !ok {
			return h, fmt.Errorf("no node %d of level %d", n, level)
		}
		return h, nil
	}}
	return p
}

// The tree of suite intl is that of tlog, root by root and proof by proof.
func TestTheTreeIsTlogs(t *testing.T) {
	const n = 130
	p := plant(Intl, n)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	for i := range int64(n) {
		more, err := tlog.StoredHashes(i, fmt.Appendf(nil, "leaf %d", i), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
	}
	for size := int64(1); size <= n; size++ {
		root, err := tlog.TreeHash(size, reader)
		if err != nil {
			t.Fatal(err)
		}
		if ours, err := p.hash(0, size); err != nil || ours != root || p.roots[size] != root {
			t.Fatalf("root of %d: %v and %v, tlog has %v (%v)", size, ours, p.roots[size], root, err)
		}
		for i := range size {
			path, err := p.inclusion(i, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(path, size, root, i, p.leafs[i]); err != nil {
				t.Fatalf("leaf %d of %d: tlog: %v", i, size, err)
			}
			theirs, err := tlog.ProveRecord(size, i, reader)
			if err != nil {
				t.Fatal(err)
			}
			if err := Intl.CheckInclusion(theirs, size, root, i, p.leafs[i]); err != nil {
				t.Fatalf("leaf %d of %d: %v", i, size, err)
			}
			m := i + 1
			proof, err := p.consistency(m, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckTree(proof, size, root, m, p.roots[m]); err != nil {
				t.Fatalf("%d in %d: tlog: %v", m, size, err)
			}
			if err := Intl.CheckConsistency(proof, m, p.roots[m], size, root); err != nil {
				t.Fatalf("%d in %d: %v", m, size, err)
			}
		}
	}
}

// Suite sm is the same tree over SM3: its hashes are those that openssl gives
// ("openssl dgst -sm3"), and its proofs hold.
func TestTheTreeOfSM(t *testing.T) {
	for _, c := range []struct{ of, want string }{
		{"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
		{"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
	} {
		if got := SM.sum([]byte(c.of)); hex.EncodeToString(got[:]) != c.want {
			t.Errorf("SM3 of %q is %x", c.of, got)
		}
	}
	const n = 70
	p := plant(SM, n)
	for size := int64(1); size <= n; size++ {
		for i := range size {
			path, err := p.inclusion(i, size)
			if err != nil || SM.CheckInclusion(path, size, p.roots[size], i, p.leafs[i]) != nil {
				t.Fatalf("leaf %d of %d is not proved (%v)", i, size, err)
			}
			proof, err := p.consistency(i, size)
			if err != nil || SM.CheckConsistency(proof, i, p.roots[i], size, p.roots[size]) != nil {
				t.Fatalf("%d in %d is not proved (%v)", i, size, err)
			}
		}
	}
}

// No proof that was touched leads anywhere: another hash, one more, one less, another
// place, another size.
func TestTouchedProofsAreRefused(t *testing.T) {
	p := plant(Intl, 300)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(2, 300).Draw(t, "size")
		i := rapid.Int64Range(0, size-1).Draw(t, "leaf")
		path, err := p.inclusion(i, size)
		if err != nil {
			t.Fatal(err)
		}
		root, leaf := p.roots[size], p.leafs[i]
		if err := Intl.CheckInclusion(path, size, root, i, leaf); err != nil {
			t.Fatal(err)
		}
		m := rapid.Int64Range(1, size-1).Draw(t, "prefix")
		proof, err := p.consistency(m, size)
		if err != nil {
			t.Fatal(err)
		}
		if err := Intl.CheckConsistency(proof, m, p.roots[m], size, root); err != nil {
			t.Fatal(err)
		}
		touch := func(from []Hash) []Hash {
			touched := append([]Hash(nil), from...)
			switch k := rapid.IntRange(0, 2).Draw(t, "kind"); {
			case k == 0 && len(touched) > 0:
				at := rapid.IntRange(0, len(touched)-1).Draw(t, "at")
				touched[at][rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			case k == 1 && len(touched) > 0:
				touched = touched[:len(touched)-1]
			default:
				touched = append(touched, leaf)
			}
			return touched
		}
		if Intl.CheckInclusion(touch(path), size, root, i, leaf) == nil {
			t.Fatalf("a touched path of %d in %d is taken", i, size)
		}
		if Intl.CheckConsistency(touch(proof), m, p.roots[m], size, root) == nil {
			t.Fatalf("a touched proof of %d in %d is taken", m, size)
		}
		if Intl.CheckInclusion(path, size, root, (i+1)%size, leaf) == nil {
			t.Fatalf("the path of %d is taken for its neighbour", i)
		}
		if Intl.CheckConsistency(proof, m, p.roots[m-1], size, root) == nil {
			t.Fatalf("another old root is taken")
		}
	})
}
