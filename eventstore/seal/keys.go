package seal

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"golang.org/x/mod/sumdb/note"
)

// The files of the key in a data folder.
const (
	KeyFile    = "seal.key" // PKCS #8 in PEM, readable by its owner alone
	PublicFile = "seal.pub" // the key as C2SP writes it, then SubjectPublicKeyInfo in PEM
)

// sm2ID is the distinguishing identifier that SM2 signatures are made with: the one
// that GB/T 35276 names where parties have agreed on none.
var sm2ID = []byte("1234567812345678")

// What stands before a public key where it is hashed to the key's number or written as
// text. C2SP gives Ed25519 the byte 1, and 0xff with a longer name to what it does not know.
const (
	ed25519Mark = "\x01"
	sm2Mark     = "\xffgridcommand:sm2-sm3"
)

// A PublicKey checks the signatures under checkpoints.
type PublicKey struct {
	Suite Suite
	bytes string // 32 bytes of Ed25519, or 65 of an uncompressed point of SM2
}

// marked is the key as C2SP encodes it, with its type.
func (k PublicKey) marked() string {
	if k.Suite == SM {
		return sm2Mark + k.bytes
	}
	return ed25519Mark + k.bytes
}

// ID is the key's number under a name, by which a note says who signed it.
func (k PublicKey) ID(name string) uint32 {
	sum := sha256.Sum256([]byte(name + "\n" + k.marked()))
	return binary.BigEndian.Uint32(sum[:])
}

// Text is the key under a name, as C2SP writes it: name+number+base64.
func (k PublicKey) Text(name string) string {
	return fmt.Sprintf("%s+%08x+%s", name, k.ID(name), base64.StdEncoding.EncodeToString([]byte(k.marked())))
}

// PEM is the key as openssl reads it.
func (k PublicKey) PEM() ([]byte, error) {
	public, err := k.crypto()
	if err != nil {
		return nil, err
	}
	der, err := smx509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// crypto is the key as the library has it.
func (k PublicKey) crypto() (any, error) {
	if k.Suite == Intl {
		return ed25519.PublicKey(k.bytes), nil
	}
	public, err := sm2.NewPublicKey([]byte(k.bytes))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return public, nil
}

// Verify tells whether signature is this key's under message.
func (k PublicKey) Verify(message, signature []byte) bool {
	public, err := k.crypto()
	if err != nil {
		return false
	}
	switch public := public.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(public, message, signature)
	case *ecdsa.PublicKey:
		return sm2.VerifyASN1WithSM2(public, sm2ID, message, signature)
	}
	return false
}

// ParsePublicKey reads a public key from text: PEM, what C2SP writes, or both, as
// [PublicFile] holds them.
func ParsePublicKey(text []byte) (PublicKey, error) {
	if block, _ := pem.Decode(text); block != nil {
		if block.Type != "PUBLIC KEY" {
			return PublicKey{}, fmt.Errorf("seal: a public key is wanted, not a %s", strings.ToLower(block.Type))
		}
		public, err := smx509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return PublicKey{}, fmt.Errorf("seal: reading the public key: %w", err)
		}
		return publicOf(public)
	}
	line, _, _ := strings.Cut(string(bytes.TrimSpace(text)), "\n")
	return parseKeyText(line)
}

// parseKeyText reads what [PublicKey.Text] writes.
func parseKeyText(line string) (PublicKey, error) {
	name, rest, _ := strings.Cut(line, "+")
	number, text, _ := strings.Cut(rest, "+")
	id, err := strconv.ParseUint(number, 16, 32)
	raw, err64 := base64.StdEncoding.DecodeString(text)
	if name == "" || err != nil || err64 != nil {
		return PublicKey{}, errors.New("seal: this is no public key")
	}
	k := PublicKey{}
	switch {
	case bytes.HasPrefix(raw, []byte(ed25519Mark)) && len(raw) == len(ed25519Mark)+ed25519.PublicKeySize:
		k = PublicKey{Intl, string(raw[len(ed25519Mark):])}
	case bytes.HasPrefix(raw, []byte(sm2Mark)):
		k = PublicKey{SM, string(raw[len(sm2Mark):])}
	default:
		return PublicKey{}, errors.New("seal: a public key of an unknown kind")
	}
	if _, err := k.crypto(); err != nil {
		return PublicKey{}, err
	}
	if k.ID(name) != uint32(id) {
		return PublicKey{}, errors.New("seal: a public key whose number is not its own")
	}
	return k, nil
}

func publicOf(public any) (PublicKey, error) {
	switch public := public.(type) {
	case ed25519.PublicKey:
		return PublicKey{Intl, string(public)}, nil
	case *ecdsa.PublicKey:
		if sm2.IsSM2PublicKey(public) {
			point, err := sm2.PublicKeyToECDH(public)
			if err != nil {
				return PublicKey{}, fmt.Errorf("seal: %w", err)
			}
			return PublicKey{SM, string(point.Bytes())}, nil
		}
	}
	return PublicKey{}, errors.New("seal: the key is neither Ed25519 nor SM2")
}

// A Key signs checkpoints.
type Key struct {
	PublicKey
	private any // ed25519.PrivateKey or *sm2.PrivateKey
}

// NewKey makes a key of a suite.
func NewKey(s Suite) (*Key, error) {
	if s == SM {
		private, err := sm2.GenerateKey(rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("seal: making a key: %w", err)
		}
		return keyOf(private)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("seal: making a key: %w", err)
	}
	return keyOf(private)
}

func keyOf(private any) (*Key, error) {
	var public any
	switch private := private.(type) {
	case ed25519.PrivateKey:
		public = private.Public()
	case *sm2.PrivateKey:
		public = &private.PublicKey
	}
	k, err := publicOf(public)
	return &Key{k, private}, err
}

// Sign signs a message.
func (k *Key) Sign(message []byte) ([]byte, error) {
	if private, ok := k.private.(*sm2.PrivateKey); ok {
		return private.Sign(rand.Reader, message, sm2.NewSM2SignerOption(true, sm2ID))
	}
	return ed25519.Sign(k.private.(ed25519.PrivateKey), message), nil
}

// as is the key under a name, as a signer of notes.
func (k *Key) as(name string) note.Signer { return &named{k.PublicKey, name, k} }

// As is the key under a name, as a verifier of notes.
func (k PublicKey) As(name string) note.Verifier { return &named{k, name, nil} }

// named is a key under a name.
type named struct {
	PublicKey
	name string
	key  *Key // nil: it only verifies
}

func (n *named) Name() string                        { return n.name }
func (n *named) KeyHash() uint32                     { return n.ID(n.name) }
func (n *named) Sign(message []byte) ([]byte, error) { return n.key.Sign(message) }

// ReadKey reads the key in a data folder; nil when there is none.
func ReadKey(dir string) (*Key, error) {
	text, err := os.ReadFile(filepath.Join(dir, KeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("seal: %s holds no private key", KeyFile)
	}
	private, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("seal: reading %s: %w", KeyFile, err)
	}
	return keyOf(private)
}

// write puts the key into a data folder that has none: whole and on the disk, or not
// at all.
func (k *Key) write(dir string) error {
	der, err := smx509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return place(dir, KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

// publish writes the public key, under its name, where people look for it.
func (k PublicKey) publish(dir, name string) error {
	text, err := k.PEM()
	if err != nil {
		return err
	}
	text = append([]byte(k.Text(name)+"\n"), text...)
	if have, err := os.ReadFile(filepath.Join(dir, PublicFile)); err == nil && bytes.Equal(have, text) {
		return nil
	}
	return place(dir, PublicFile, text, 0o644)
}

// place writes a file beside its place and moves it there when it is on the disk.
func place(dir, name string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.OpenFile(filepath.Join(dir, name+".new"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("seal: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
