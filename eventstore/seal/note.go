package seal

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A Checkpoint says what a ledger was when it had Size facts, signed. As a note
// (C2SP signed-note, tlog-checkpoint) it reads:
//
//	gridcommand/440114/3ZV4N3Q…            the origin: whose ledger, and its epoch
//	812                                    the size
//	qVn0…=                                 the root, base64
//
//	— gridcommand/440114/3ZV4N3Q… 7ySh…=   the key's name and, base64, its number and the signature
type Checkpoint struct {
	Origin    string
	Size      int64
	Root      Hash
	KeyID     uint32
	Signature []byte
	At        time.Time // when it was signed, by the sealer's clock; not part of the note
}

// text is what is signed.
func (c Checkpoint) text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// Note is the checkpoint as a signed note.
func (c Checkpoint) Note() []byte {
	signature := append(binary.BigEndian.AppendUint32(nil, c.KeyID), c.Signature...)
	return []byte(c.text() + "\n— " + c.Origin + " " + base64.StdEncoding.EncodeToString(signature) + "\n")
}

// SignedBy tells whether k signed the checkpoint.
func (c Checkpoint) SignedBy(k PublicKey) bool {
	return c.KeyID == k.ID(c.Origin) && k.Verify([]byte(c.text()), c.Signature)
}

// sign makes a checkpoint.
func sign(k *Key, origin string, size int64, root Hash, at time.Time) (Checkpoint, error) {
	c := Checkpoint{Origin: origin, Size: size, Root: root, At: at}
	whole, err := note.Sign(&note.Note{Text: c.text()}, k.as(origin))
	if err != nil {
		return c, fmt.Errorf("seal: signing: %w", err)
	}
	signed, err := ParseCheckpoint(whole)
	signed.At = at
	return signed, err
}

// ParseCheckpoint reads a note. It does not look at the signature: that is
// [Checkpoint.SignedBy]. Of several signatures it takes the one whose name is the origin.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	var unverified *note.UnverifiedNoteError
	if _, err := note.Open(text, nil); !errors.As(err, &unverified) {
		return Checkpoint{}, fmt.Errorf("seal: this is no signed note: %w", err)
	}
	n := unverified.Note
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] == "" {
		return Checkpoint{}, errors.New("seal: a checkpoint has an origin, a size and a root, each on a line")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("seal: %q is no size of a checkpoint", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(Hash{}) {
		return Checkpoint{}, fmt.Errorf("seal: %q is no root of a checkpoint", lines[2])
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Hash(root)}
	if c.text() != n.Text {
		return Checkpoint{}, errors.New("seal: a checkpoint of this program has three lines, this one has more")
	}
	for _, s := range n.UnverifiedSigs {
		if raw, err := base64.StdEncoding.DecodeString(s.Base64); err == nil && s.Name == c.Origin {
			c.KeyID, c.Signature = s.Hash, raw[4:]
			return c, nil
		}
	}
	return Checkpoint{}, errors.New("seal: nobody has signed this under its origin's name")
}
