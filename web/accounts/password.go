package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are argon2id's costs.
type Params struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

const (
	saltSize = 16
	hashSize = 32
	// A longer password is refused before it costs anything.
	maxPassword = 1024
)

// newLine hashes a password that is to be stored.
func (s *Store) newLine(ctx context.Context, password string) (string, error) {
	if password == "" || len(password) > maxPassword {
		return "", fmt.Errorf("%w: a password has 1 to %d bytes", ErrInvalid, maxPassword)
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return s.hash.line(password)
}

// check tells whether a password opens a stored line.
func (s *Store) check(ctx context.Context, line, password string) (bool, error) {
	if len(password) > maxPassword {
		return false, nil
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	return opens(line, password)
}

// enter waits for one of the few places in which a password may be hashed: each
// takes memory, and a crowd of log-ins must not take it all.
func (s *Store) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// line returns "$argon2id$v=19$m=…,t=…,p=…$salt$hash", the form other programs write too.
func (p Params) line(password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum := argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Lanes, hashSize)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.MemoryKiB, p.Passes, p.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

func opens(line, password string) (bool, error) {
	part := strings.Split(line, "$")
	if len(part) != 6 || part[1] != "argon2id" {
		return false, fmt.Errorf("accounts: a stored password is not an argon2id line")
	}
	var (
		version int
		p       Params
	)
	if _, err := fmt.Sscanf(part[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, fmt.Errorf("accounts: a stored password is of another argon2 version: %q", part[2])
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Lanes); err != nil {
		return false, fmt.Errorf("accounts: a stored password's costs: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil {
		return false, fmt.Errorf("accounts: a stored password's salt: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(part[5])
	if err != nil {
		return false, fmt.Errorf("accounts: a stored password's hash: %w", err)
	}
	have := argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(have, want) == 1, nil
}

// randomText returns n random bytes as URL-safe text.
func randomText(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on a system that runs
	}
	return base64.RawURLEncoding.EncodeToString(b)
}
