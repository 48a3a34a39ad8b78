package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gridcommand/eventstore/sqldb"
)

const (
	// runLock, with the schema's name, is the advisory lock of the running process.
	runLock = 0x776f726b // "work"
	// lookEvery is how often a waiting process asks for the lock, and a running one
	// whether it still has it.
	lookEvery = 2 * time.Second
)

// aloneness is the right to run the handlers. Two processes that ran them would do
// nothing twice, but they would write over each other's checkpoints.
type aloneness struct {
	ctx     context.Context // ends when the right is lost, or with the run
	lost    func() bool     // it was lost while the run was to go on
	release func()
}

// alone waits for the right to run the handlers. A SQLite ledger belongs to one
// process anyway; on PostgreSQL an advisory lock decides.
func (s *Service) alone(ctx context.Context) (aloneness, error) {
	if s.state.Dialect != sqldb.Postgres {
		return aloneness{ctx, func() bool { return false }, func() {}}, nil
	}
	for {
		conn, err := s.state.Write.Conn(ctx)
		if err != nil {
			return aloneness{}, fmt.Errorf("workflow: waiting to run: %w", err)
		}
		var got bool
		err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, hashtext($2))", runLock, s.state.Name).Scan(&got)
		s.waitsElsewhere(!got && err == nil)
		if got {
			return s.guard(ctx, conn), nil
		}
		if err := errors.Join(err, conn.Close()); err != nil {
			return aloneness{}, fmt.Errorf("workflow: waiting to run: %w", err)
		}
		if !sleep(ctx, lookEvery) {
			return aloneness{}, ctx.Err()
		}
	}
}

// waitsElsewhere shows whether another process runs the handlers.
func (s *Service) waitsElsewhere(yes bool) {
	s.board.Lock()
	defer s.board.Unlock()
	if s.elsewhere != yes {
		s.elsewhere = yes
		s.board.change()
	}
}

// guard watches the connection that holds the lock: with it the lock is lost.
func (s *Service) guard(ctx context.Context, conn *sql.Conn) aloneness {
	held, lose := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for sleep(held, lookEvery) {
			if conn.PingContext(held) != nil {
				lose()
			}
		}
	}()
	lost := func() bool { return ctx.Err() == nil && held.Err() != nil }
	return aloneness{held, lost, func() {
		lose()
		<-watched
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookEvery)
		defer cancel()
		// A failure here means that the connection, and with it the lock, is gone.
		_, _ = conn.ExecContext(last, "SELECT pg_advisory_unlock($1, hashtext($2))", runLock, s.state.Name)
		_ = conn.Close()
	}}
}
