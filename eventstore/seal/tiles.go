package seal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A tile holds 256 hashes that lie side by side, eight levels of the tree apart from
// the tile above it.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tileAt names a tile.
type tileAt struct {
	level int
	n     int64
}

func pack(hashes []Hash) []byte {
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}

func unpack(b []byte) ([]Hash, error) {
	if len(b)%tlog.HashSize != 0 || len(b) > tileWidth*tlog.HashSize {
		return nil, fmt.Errorf("a tile of %d bytes", len(b))
	}
	hashes := make([]Hash, len(b)/tlog.HashSize)
	for i := range hashes {
		hashes[i] = Hash(b[i*tlog.HashSize:])
	}
	return hashes, nil
}

// tile reads one tile; one that is not there is empty.
func (l *Log) tile(ctx context.Context, q querier, at tileAt) ([]Hash, error) {
	var b []byte
	err := q.QueryRowContext(ctx, `SELECT hashes FROM seal_tile WHERE log = $1 AND level = $2 AND n = $3`, l.id, at.level, at.n).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	var hashes []Hash
	if err == nil {
		hashes, err = unpack(b)
	}
	if err != nil {
		return nil, fmt.Errorf("seal: reading tile %d of level %d: %w", at.n, at.level, err)
	}
	return hashes, nil
}

// tree reads the stored tree. It remembers the tiles it has read, so it is for one
// question.
func (l *Log) tree(ctx context.Context, q querier) tree {
	read := map[tileAt][]Hash{}
	return tree{l.Suite, func(level int, n int64) (Hash, error) {
		at := tileAt{level / tileHeight, 0}
		width := int64(1) << (level % tileHeight) // hashes of the tile that make up the node
		first := n * width
		at.n = first / tileWidth
		hashes, ok := read[at]
		if !ok {
			var err error
			if hashes, err = l.tile(ctx, q, at); err != nil {
				return Hash{}, err
			}
			read[at] = hashes
		}
		first %= tileWidth
		if int64(len(hashes)) < first+width {
			return Hash{}, &holeError{at, len(hashes), int(first + width)}
		}
		return l.Suite.fold(hashes[first : first+width]), nil
	}}
}

// A holeError says that the stored tree lacks hashes that it had.
type holeError struct {
	at         tileAt
	have, want int
}

func (e *holeError) Error() string {
	return fmt.Sprintf("seal: tile %d of level %d holds %d hashes, %d are needed", e.at.n, e.at.level, e.have, e.want)
}

// fold is the root of a power of two of hashes.
func (s Suite) fold(hashes []Hash) Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	return s.node(s.fold(hashes[:half]), s.fold(hashes[half:]))
}

// A growth is a tree in memory that goes on from what is stored: the frontier, the
// tiles that are not full yet, and the full ones that wait to be stored.
type growth struct {
	frontier
	tails []tail
	full  []fullTile
}

type tail struct {
	n      int64
	hashes []Hash
	moved  bool // since it was stored
}

type fullTile struct {
	tileAt
	hashes []Hash
}

// add appends a leaf.
func (g *growth) add(leaf Hash) {
	g.frontier.add(leaf, func(level int, h Hash) {
		if level%tileHeight == 0 {
			g.put(level/tileHeight, h)
		}
	})
}

func (g *growth) put(level int, h Hash) {
	if level == len(g.tails) {
		g.tails = append(g.tails, tail{})
	}
	t := &g.tails[level]
	t.hashes, t.moved = append(t.hashes, h), true
	if len(t.hashes) == tileWidth {
		g.full = append(g.full, fullTile{tileAt{level, t.n}, t.hashes})
		*t = tail{n: t.n + 1}
	}
}

// resume returns the tree of the first size leaves as it is stored.
func (l *Log) resume(ctx context.Context, q querier, size int64) (*growth, error) {
	f, err := l.tree(ctx, q).frontier(size)
	if err != nil {
		return nil, err
	}
	g := &growth{frontier: *f}
	for level, n := 0, size; n > 0; level, n = level+1, n/tileWidth {
		t := tail{n: n / tileWidth}
		if left := int(n % tileWidth); left > 0 {
			hashes, err := l.tile(ctx, q, tileAt{level, t.n})
			if err != nil {
				return nil, err
			}
			if len(hashes) < left {
				return nil, &holeError{tileAt{level, t.n}, len(hashes), left}
			}
			t.hashes = hashes[:left:left]
		}
		g.tails = append(g.tails, t)
	}
	return g, nil
}

// store writes the tiles that have grown.
func (l *Log) store(ctx context.Context, tx *sql.Tx, g *growth) error {
	put := func(at tileAt, hashes []Hash) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO seal_tile (log, level, n, hashes) VALUES ($1, $2, $3, $4)
			ON CONFLICT (log, level, n) DO UPDATE SET hashes = excluded.hashes`, l.id, at.level, at.n, pack(hashes))
		if err != nil {
			return fmt.Errorf("seal: storing tile %d of level %d: %w", at.n, at.level, err)
		}
		return nil
	}
	for _, t := range g.full {
		if err := put(t.tileAt, t.hashes); err != nil {
			return err
		}
	}
	for level, t := range g.tails {
		if t.moved && len(t.hashes) > 0 {
			if err := put(tileAt{level, t.n}, t.hashes); err != nil {
				return err
			}
		}
	}
	return nil
}

// stored says that everything up to here is on the disk.
func (g *growth) stored() {
	g.full = nil
	for i := range g.tails {
		g.tails[i].moved = false
	}
}
