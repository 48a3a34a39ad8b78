package accounts

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gridcommand/domain/jurisdiction"
)

// A Session is what a log-in gives. Token is known to the caller alone.
type Session struct {
	ID      string
	Token   string
	Person  jurisdiction.Person
	Expires time.Time
}

// String keeps the token out of logs.
func (s Session) String() string { return "session " + s.ID + " of " + s.Person.Name }

// Login opens a session for whoever knows the password.
func (s *Store) Login(ctx context.Context, name, password string) (Session, error) {
	return s.LoginFrom(ctx, name, password, "")
}

// LoginFrom is [Store.Login] from an address, by which failures are limited. Errors:
// [ErrWrong], [*TooManyError].
func (s *Store) LoginFrom(ctx context.Context, name, password, from string) (Session, error) {
	now := s.now()
	if wait := s.limiter.blocked(name, from, now); wait > 0 {
		return Session{}, &TooManyError{Wait: wait}
	}
	var (
		line, role, unit string
		posts, grids     string
		disabled         int64
	)
	err := s.db.Read.QueryRowContext(ctx,
		`SELECT password, role, unit, posts, grids, disabled_at FROM accounts WHERE name = $1`, name).
		Scan(&line, &role, &unit, &posts, &grids, &disabled)
	known := err == nil
	if errors.Is(err, sql.ErrNoRows) {
		line, err = s.nobody, nil
	}
	if err != nil {
		return Session{}, fmt.Errorf("accounts: log-in: %w", err)
	}
	right, err := s.check(ctx, line, password)
	if err != nil {
		return Session{}, err
	}
	if !right || !known || disabled != 0 {
		s.limiter.failed(name, from, now)
		return Session{}, ErrWrong
	}

	session := Session{
		ID: uuid.NewString(), Token: randomText(32), Expires: now.Add(s.idle),
		Person: personOf(name, role, unit, posts, grids),
	}
	var ended []string
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		ended, err = endSessions(ctx, tx, `DELETE FROM sessions WHERE expires_at <= $1 RETURNING id`, now.UnixMicro())
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO sessions (hash, id, account, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5)`, digest(session.Token), session.ID, name, now.UnixMicro(), session.Expires.UnixMicro())
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("accounts: opening a session: %w", err)
	}
	s.tell(ended)
	return session, nil
}

// Resolve returns whose session a token opens. A session in use is prolonged before
// half its time is over. The error is [ErrNoSession] where there is none.
func (s *Store) Resolve(ctx context.Context, token string) (jurisdiction.Person, string, error) {
	now := s.now()
	var (
		id, name, role, unit, posts, grids string
		expires                            int64
	)
	err := s.db.Read.QueryRowContext(ctx, `SELECT s.id, s.expires_at, a.name, a.role, a.unit, a.posts, a.grids
		FROM sessions s JOIN accounts a ON a.name = s.account
		WHERE s.hash = $1 AND s.expires_at > $2 AND a.disabled_at = 0`, digest(token), now.UnixMicro()).
		Scan(&id, &expires, &name, &role, &unit, &posts, &grids)
	if errors.Is(err, sql.ErrNoRows) {
		return jurisdiction.Person{}, "", ErrNoSession
	}
	if err != nil {
		return jurisdiction.Person{}, "", fmt.Errorf("accounts: resolving a session: %w", err)
	}
	s.prolong(ctx, id, time.UnixMicro(expires), now)
	return personOf(name, role, unit, posts, grids), id, nil
}

// personOf is an account's row as those see it who ask what the person may do.
func personOf(name, role, unit, posts, grids string) jurisdiction.Person {
	return jurisdiction.Person{
		Name: name, Role: jurisdiction.Role(role), Unit: unit,
		Posts: split[jurisdiction.Post](posts), Grids: split[string](grids),
	}
}

// Active tells whether a session still stands, and counts as its use: a screen that
// shows what comes in is in use, though nobody touches it. Whoever holds a connection
// open asks now and then: an account may be disabled by another process.
func (s *Store) Active(ctx context.Context, sessionID string) (bool, error) {
	now := s.now()
	var expires int64
	err := s.db.Read.QueryRowContext(ctx, `SELECT s.expires_at FROM sessions s JOIN accounts a ON a.name = s.account
		WHERE s.id = $1 AND s.expires_at > $2 AND a.disabled_at = 0`, sessionID, now.UnixMicro()).Scan(&expires)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("accounts: looking at a session: %w", err)
	}
	s.prolong(ctx, sessionID, time.UnixMicro(expires), now)
	return true, nil
}

// prolong gives a session in use its whole time again once half of it is over. Where
// that fails, on a full disk for one, the session is good for the rest of its time and
// the next use tries again.
func (s *Store) prolong(ctx context.Context, sessionID string, expires, now time.Time) {
	if expires.Sub(now) < s.idle/2 {
		_, _ = s.db.Write.ExecContext(ctx, `UPDATE sessions SET expires_at = $2 WHERE id = $1`,
			sessionID, now.Add(s.idle).UnixMicro())
	}
}

// Logout ends a session; one that has ended stays so.
func (s *Store) Logout(ctx context.Context, sessionID string) error {
	var ended []string
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		ended, err = endSessions(ctx, tx, `DELETE FROM sessions WHERE id = $1 RETURNING id`, sessionID)
		return err
	})
	if err != nil {
		return fmt.Errorf("accounts: log-out: %w", err)
	}
	s.tell(ended)
	return nil
}

// endSessions deletes sessions with their tickets and returns their ids.
func endSessions(ctx context.Context, tx *sql.Tx, deletion string, arg any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, deletion, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ended []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ended = append(ended, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for _, id := range ended {
		if _, err := tx.ExecContext(ctx, `DELETE FROM live_tickets WHERE session = $1`, id); err != nil {
			return nil, err
		}
	}
	return ended, nil
}

func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
