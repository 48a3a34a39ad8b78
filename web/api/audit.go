package api

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/seal"
)

// sealReaders may have it proved that nothing was changed: who audits, and who keeps the
// machine. What they get are hashes; no fact can be read from them.
func sealReaders(r jurisdiction.Role) bool {
	return r == jurisdiction.Supervisor || r == jurisdiction.Admin
}

// SealCheckpoint is a signed statement of what the ledger was when it had so many facts.
type SealCheckpoint struct {
	Checkpoint string    `json:"checkpoint" doc:"C2SP signed note: origin, size, root, signature; keep it outside"`
	Origin     string    `json:"origin" doc:"whose ledger, and its epoch"`
	Size       int64     `json:"size" doc:"facts it covers: positions 1 to size"`
	Root       string    `json:"root" doc:"base64"`
	Suite      string    `json:"suite" enum:"intl,sm"`
	Key        string    `json:"key" doc:"public key as C2SP writes it: name+number+base64"`
	PublicKey  string    `json:"public_key" doc:"the same as PEM, for openssl"`
	At         time.Time `json:"at" doc:"when it was signed, wall time; not part of what is signed"`
	Position   int64     `json:"position" doc:"the ledger's head"`
}

func (s *server) checkpoint(c seal.Checkpoint, head eventstore.Position) (SealCheckpoint, error) {
	pem, err := s.Seals.Key.PEM()
	return SealCheckpoint{
		Checkpoint: string(c.Note()), Origin: c.Origin, Size: c.Size, Root: c.Root.String(), Suite: string(s.Seals.Suite),
		Key: s.Seals.Key.Text(c.Origin), PublicKey: string(pem), At: c.At, Position: int64(head),
	}, err
}

func (s *server) auditCheckpoint(ctx context.Context, _ *Request, _ none) (SealCheckpoint, error) {
	if s.Seals == nil {
		return SealCheckpoint{}, sealsOf(seal.ErrNone)
	}
	c, err := s.Seals.Newest(ctx)
	if err != nil {
		return SealCheckpoint{}, sealsOf(err)
	}
	head, err := s.Ledger.Head(ctx)
	if err != nil {
		return SealCheckpoint{}, err
	}
	return s.checkpoint(c, head)
}

type auditProofQuery struct {
	Position *int64 `query:"position" required:"true" doc:"of the fact"`
	Size     *int64 `query:"size" doc:"of the checkpoint to prove it under, which you may have kept; the newest unless said"`
}

// SealProof proves that one fact is in the ledger that a checkpoint was signed of.
type SealProof struct {
	Position   int64    `json:"position"`
	Index      int64    `json:"index" doc:"of the leaf, counted from 0: position - 1"`
	Leaf       string   `json:"leaf" doc:"base64: hash of the fact's encoding"`
	Path       []string `json:"path" doc:"base64: siblings from the leaf up to the root, as RFC 6962 has it"`
	Size       int64    `json:"size"`
	Root       string   `json:"root" doc:"base64"`
	Suite      string   `json:"suite" enum:"intl,sm"`
	Checkpoint string   `json:"checkpoint" doc:"the signed note over size and root"`
}

func (s *server) auditProof(ctx context.Context, _ *Request, q auditProofQuery) (SealProof, error) {
	if s.Seals == nil {
		return SealProof{}, sealsOf(seal.ErrNone)
	}
	if q.Position == nil {
		return SealProof{}, wrong("position", "must be given")
	}
	size := int64(0)
	if q.Size != nil {
		if size = *q.Size; size < 1 {
			return SealProof{}, wrong("size", "sizes are counted from 1")
		}
	}
	in, err := s.Seals.Inclusion(ctx, eventstore.Position(*q.Position), size)
	if err != nil {
		return SealProof{}, sealsOf(err)
	}
	return SealProof{
		Position: *q.Position, Index: *q.Position - 1, Leaf: in.Leaf.String(), Path: hashes(in.Path),
		Size: in.Checkpoint.Size, Root: in.Checkpoint.Root.String(), Suite: string(s.Seals.Suite), Checkpoint: string(in.Checkpoint.Note()),
	}, nil
}

type auditConsistencyQuery struct {
	From *int64 `query:"from" required:"true" doc:"size of the older ledger: of the checkpoint you kept"`
	To   *int64 `query:"to" doc:"size of the newer one; of the newest checkpoint unless said"`
}

// SealConsistency proves that the ledger only grew between two sizes.
type SealConsistency struct {
	From       int64    `json:"from"`
	To         int64    `json:"to"`
	FromRoot   string   `json:"from_root" doc:"base64; compare it with the checkpoint you kept"`
	ToRoot     string   `json:"to_root" doc:"base64"`
	Path       []string `json:"path" doc:"base64: the consistency proof of RFC 6962; empty where from equals to"`
	Suite      string   `json:"suite" enum:"intl,sm"`
	Checkpoint *string  `json:"checkpoint" doc:"the signed note over to; null: none was signed just then"`
}

func (s *server) auditConsistency(ctx context.Context, _ *Request, q auditConsistencyQuery) (SealConsistency, error) {
	if s.Seals == nil {
		return SealConsistency{}, sealsOf(seal.ErrNone)
	}
	if q.From == nil {
		return SealConsistency{}, wrong("from", "must be given")
	}
	to := int64(0)
	if q.To != nil {
		if to = *q.To; to < 1 {
			return SealConsistency{}, wrong("to", "sizes are counted from 1")
		}
	}
	c, err := s.Seals.Consistency(ctx, *q.From, to)
	if err != nil {
		return SealConsistency{}, sealsOf(err)
	}
	out := SealConsistency{From: c.From, To: c.To, FromRoot: c.FromRoot.String(), ToRoot: c.ToRoot.String(), Path: hashes(c.Path), Suite: string(s.Seals.Suite)}
	if c.Checkpoint != nil {
		note := string(c.Checkpoint.Note())
		out.Checkpoint = &note
	}
	return out, nil
}

// sealsOf is the answer to a question about seals that cannot be answered.
func sealsOf(err error) error {
	if out, ok := errors.AsType[*seal.RangeError](err); ok {
		return wrong(out.What, "%s", out.Text)
	}
	if errors.Is(err, seal.ErrNone) {
		return problem(http.StatusNotFound, "nothing_sealed", "no fact of this ledger is sealed yet")
	}
	return err
}

func hashes(path []seal.Hash) []string {
	all := make([]string, len(path))
	for i, h := range path {
		all[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return all
}
