package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gridcommand/domain/jurisdiction"
)

// TicketLife is how long a ticket waits to be used.
const TicketLife = 30 * time.Second

// NewTicket returns a ticket that opens one websocket for a session.
func (s *Store) NewTicket(ctx context.Context, sessionID string) (string, error) {
	now, ticket := s.now(), randomText(32)
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM live_tickets WHERE expires_at <= $1`, now.UnixMicro()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO live_tickets (hash, session, expires_at) VALUES ($1, $2, $3)`,
			digest(ticket), sessionID, now.Add(TicketLife).UnixMicro())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("accounts: giving a ticket: %w", err)
	}
	return ticket, nil
}

// Redeem uses a ticket up and returns whose it was and for which session. The error
// is [ErrNoTicket] where it is worth nothing.
func (s *Store) Redeem(ctx context.Context, ticket string) (jurisdiction.Person, string, error) {
	var (
		p       jurisdiction.Person
		session string
	)
	now := s.now().UnixMicro()
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		var expires int64
		if err := tx.QueryRowContext(ctx, `DELETE FROM live_tickets WHERE hash = $1 RETURNING session, expires_at`,
			digest(ticket)).Scan(&session, &expires); err != nil {
			return err
		}
		if expires <= now {
			return sql.ErrNoRows
		}
		var name, role, unit, posts, grids string
		err := tx.QueryRowContext(ctx, `SELECT a.name, a.role, a.unit, a.posts, a.grids FROM sessions s JOIN accounts a ON a.name = s.account
			WHERE s.id = $1 AND s.expires_at > $2 AND a.disabled_at = 0`, session, now).
			Scan(&name, &role, &unit, &posts, &grids)
		p = personOf(name, role, unit, posts, grids)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return jurisdiction.Person{}, "", ErrNoTicket
	}
	if err != nil {
		return jurisdiction.Person{}, "", fmt.Errorf("accounts: redeeming a ticket: %w", err)
	}
	return p, session, nil
}
