package accounts

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"gridcommand/eventstore/sqldb"
)

// A Caller is a citizen who reported something.
type Caller struct {
	Name  string
	Phone string
}

// String keeps callers out of logs.
func (Caller) String() string { return "a caller" }

// Masked returns c as lists show it: 张*, 138****1234.
func (c Caller) Masked() Caller { return Caller{Name: MaskName(c.Name), Phone: MaskPhone(c.Phone)} }

// PutCaller stores who called and returns the reference that facts carry instead.
func (s *Store) PutCaller(ctx context.Context, name, phone string) (subject string, err error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return "", err
	}
	subject = id.String()
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return "", err
	}
	sealedName, err := seal(key, subject, "name", name)
	if err != nil {
		return "", err
	}
	sealedPhone, err := seal(key, subject, "phone", phone)
	if err != nil {
		return "", err
	}
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO caller_keys (subject, key) VALUES ($1, $2)`, subject, key); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO callers (subject, name, phone, created_at) VALUES ($1, $2, $3, $4)`,
			subject, sealedName, sealedPhone, s.now().UnixMicro())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("accounts: storing a caller: %w", err)
	}
	return subject, nil
}

// Caller returns who a reference stands for, or [ErrNoCaller].
func (s *Store) Caller(ctx context.Context, subject string) (Caller, error) {
	return ReadCallers(s.db).Caller(ctx, subject)
}

// Callers are the callers of a database that somebody else may keep.
type Callers struct{ db *sqldb.DB }

// ReadCallers returns the callers of db, which is only read.
func ReadCallers(db *sqldb.DB) *Callers { return &Callers{db} }

// Caller returns who a reference stands for, or [ErrNoCaller].
func (s *Callers) Caller(ctx context.Context, subject string) (Caller, error) {
	var name, phone, key []byte
	err := s.db.Read.QueryRowContext(ctx, `SELECT c.name, c.phone, k.key FROM callers c JOIN caller_keys k ON k.subject = c.subject
		WHERE c.subject = $1`, subject).Scan(&name, &phone, &key)
	if errors.Is(err, sql.ErrNoRows) {
		return Caller{}, ErrNoCaller
	}
	if err != nil {
		return Caller{}, fmt.Errorf("accounts: reading a caller: %w", err)
	}
	var c Caller
	if c.Name, err = unseal(key, subject, "name", name); err != nil {
		return Caller{}, err
	}
	if c.Phone, err = unseal(key, subject, "phone", phone); err != nil {
		return Caller{}, err
	}
	return c, nil
}

// EraseCaller destroys a caller's key and ciphertext. Erasing nobody does nothing. The
// rows are overwritten before they are deleted, and on SQLite the log that still holds
// what they were is folded away as soon as no reader is in it. That the caller was erased
// is remembered, for copies that were made before: see [Erasures].
func (s *Store) EraseCaller(ctx context.Context, subject string) error {
	nothing := make([]byte, 32)
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, step := range []struct {
			sql  string
			args []any
		}{
			{`UPDATE caller_keys SET key = $2 WHERE subject = $1`, []any{subject, nothing}},
			{`UPDATE callers SET name = $2, phone = $2 WHERE subject = $1`, []any{subject, nothing}},
			{`DELETE FROM caller_keys WHERE subject = $1`, []any{subject}},
			{`DELETE FROM callers WHERE subject = $1`, []any{subject}},
			{`DELETE FROM caller_marks WHERE reference = $1`, []any{subject}},
			{`INSERT INTO caller_erased (subject, at) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING`, []any{subject, s.now().UnixMicro()}},
		} {
			if _, err := tx.ExecContext(ctx, step.sql, step.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && s.db.Dialect == sqldb.SQLite {
		_, err = s.db.Write.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	if err != nil {
		return fmt.Errorf("accounts: erasing a caller: %w", err)
	}
	return nil
}

// seal returns nonce‖ciphertext. What it is of is bound in, so that a ciphertext moved to
// another row or column opens no more.
func seal(key []byte, subject, field, plain string) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, []byte(plain), boundTo(subject, field)), nil
}

func unseal(key []byte, subject, field string, sealed []byte) (string, error) {
	aead, err := gcm(key)
	if err != nil {
		return "", err
	}
	if len(sealed) < aead.NonceSize() {
		return "", fmt.Errorf("accounts: a caller's %s is cut short", field)
	}
	nonce, text := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, boundTo(subject, field))
	if err != nil {
		return "", fmt.Errorf("accounts: a caller's %s does not open: %w", field, err)
	}
	return string(plain), nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func boundTo(subject, field string) []byte { return []byte(subject + "\x00" + field) }

// MaskName keeps the first character: 张三 and 张三丰 become 张*.
func MaskName(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return string(first) + "*"
}

// MaskPhone keeps the first three and last four of a phone number: 138****1234. A shorter
// one keeps at most its last two.
func MaskPhone(phone string) string {
	r := []rune(phone)
	switch n := len(r); {
	case n == 0:
		return ""
	case n >= 11:
		return string(r[:3]) + "****" + string(r[n-4:])
	case n >= 6:
		return strings.Repeat("*", n-2) + string(r[n-2:])
	default:
		return strings.Repeat("*", n)
	}
}
