package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// A KnownCaller refers to somebody who may call again.
type KnownCaller struct {
	Subject string // of this name at this telephone; see [Store.Caller]
	Line    string // of the telephone alone, a random reference; empty: none was given
}

// PutKnownCaller stores who called, or finds who it was: the same name and telephone
// have one subject, the same telephone one line. within tells callers apart who leave no
// telephone. What is kept to find them by is a keyed hash, and the key stays in this
// database.
func (s *Store) PutKnownCaller(ctx context.Context, name, phone, within string) (KnownCaller, error) {
	return s.knownCaller(ctx, name, phone, within, newReference, func() (string, error) {
		return s.PutCaller(ctx, strings.TrimSpace(name), strings.TrimSpace(phone))
	})
}

// FindKnownCaller is PutKnownCaller that stores nothing: who is not known has no
// reference.
func (s *Store) FindKnownCaller(ctx context.Context, name, phone, within string) (KnownCaller, error) {
	return s.knownCaller(ctx, name, phone, within, nil, nil)
}

func (s *Store) knownCaller(ctx context.Context, name, phone, within string, line, subject func() (string, error)) (KnownCaller, error) {
	name, digits := strings.TrimSpace(name), dialled(phone)
	var k KnownCaller
	who := []string{"caller", name, digits}
	if digits == "" {
		who = append(who, within)
	} else {
		known, err := s.marked(ctx, line, "line", digits)
		if err != nil {
			return k, err
		}
		k.Line = known
	}
	var err error
	k.Subject, err = s.marked(ctx, subject, who...)
	return k, err
}

// dialled is a telephone number as it is dialled here: its digits, without 86 or 0086.
func dialled(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	for _, country := range []string{"0086", "86"} {
		if rest, ok := strings.CutPrefix(digits, country); ok && len(rest) == 11 {
			return rest
		}
	}
	return digits
}

func newReference() (string, error) {
	id, err := uuid.NewRandom()
	return id.String(), err
}

// marked returns the reference kept under a mark, or a fresh one; fresh nil: or none.
func (s *Store) marked(ctx context.Context, fresh func() (string, error), of ...string) (string, error) {
	key, err := s.markKey(ctx)
	if err != nil {
		return "", err
	}
	h := hmac.New(sha256.New, key)
	for _, part := range of {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	mark := h.Sum(nil)
	var reference string
	find := func() error {
		return s.db.Read.QueryRowContext(ctx, `SELECT reference FROM caller_marks WHERE mark = $1`, mark).Scan(&reference)
	}
	if err := find(); !errors.Is(err, sql.ErrNoRows) {
		return reference, err
	}
	if fresh == nil {
		return "", nil
	}
	made, err := fresh()
	if err != nil {
		return "", err
	}
	result, err := s.db.Write.ExecContext(ctx, `INSERT INTO caller_marks (mark, reference) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING`, mark, made)
	if err != nil {
		return "", fmt.Errorf("accounts: marking a caller: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return made, err
	}
	if err := s.EraseCaller(ctx, made); err != nil { // somebody else was faster
		return "", err
	}
	err = find()
	return reference, err
}

func (s *Store) markKey(ctx context.Context) ([]byte, error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	var key []byte
	err := s.db.Read.QueryRowContext(ctx, `SELECT key FROM caller_mark_key WHERE one = 1`).Scan(&key)
	if !errors.Is(err, sql.ErrNoRows) {
		return key, err
	}
	if _, err := s.db.Write.ExecContext(ctx, `INSERT INTO caller_mark_key (one, key) VALUES (1, $1) ON CONFLICT (one) DO NOTHING`, fresh); err != nil {
		return nil, fmt.Errorf("accounts: making the key of marks: %w", err)
	}
	err = s.db.Read.QueryRowContext(ctx, `SELECT key FROM caller_mark_key WHERE one = 1`).Scan(&key)
	return key, err
}
