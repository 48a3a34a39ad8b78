package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"

	"github.com/jackc/pgx/v5"
)

// How long to wait before listening again after the connection was lost, or found to be
// one on which nothing is ever heard.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 30 * time.Second
)

// probeEvery is how often a listener calls itself unless Options says otherwise.
const probeEvery = 10 * time.Second

// errDeaf says that a listener does not hear its own call: the other side is gone without
// a word, or something in between hands sessions from one to another, as PgBouncer does in
// transaction mode, and takes what is heard for itself.
var errDeaf = errors.New("postgres: notifications do not arrive on this connection")

// A listener rings the bell for what any process appends. One connection serves all who
// wait. It is never trusted further than its last probe: the listener calls itself on a
// channel of its own, and a connection on which that is not heard is given up. Who waits
// polls meanwhile, as it does anyway.
type listener struct {
	config *pgx.ConnConfig
	bell   *groupcommit.Bell
	log    *slog.Logger
	every  time.Duration // between probes; also how long a probe may take

	heard atomic.Bool // the last probe was heard, and the connection is up
}

// run listens until ctx ends.
func (l *listener) run(ctx context.Context) {
	pause := firstPause
	for {
		worked, err := l.listen(ctx)
		l.heard.Store(false)
		if ctx.Err() != nil {
			return
		}
		if worked {
			pause = firstPause
		}
		l.log.WarnContext(ctx, "ledger notifications lost, polling meanwhile", slog.Any("error", err), slog.Duration("pause", pause))
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		pause = min(2*pause, lastPause)
	}
}

// listen listens on one connection until it breaks, and tells whether it ever worked.
func (l *listener) listen(ctx context.Context) (worked bool, err error) {
	opening, cancel := context.WithTimeout(ctx, max(l.every, time.Second))
	defer cancel()
	conn, err := pgx.ConnectConfig(opening, l.config)
	if err != nil {
		return false, err
	}
	// The goodbye must go out although ctx may have ended.
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(bye)
	}()
	own := "gridcommand_probe_" + strings.ToLower(rand.Text())
	if _, err := conn.Exec(opening, "LISTEN "+channel+"; LISTEN "+own); err != nil {
		return false, err
	}
	l.bell.Nudge() // what came before the first notification is found by looking
	for {
		if err := l.probe(ctx, conn, own); err != nil {
			return worked, err
		}
		worked = true
		l.heard.Store(true)
		if _, err := l.hear(ctx, conn, l.every, ""); err != nil {
			return worked, err
		}
	}
}

// probe calls on the listener's own channel and waits until the call is heard.
func (l *listener) probe(ctx context.Context, conn *pgx.Conn, own string) error {
	calling, cancel := context.WithTimeout(ctx, l.every)
	defer cancel()
	if _, err := conn.Exec(calling, "NOTIFY "+own); err != nil {
		if calling.Err() != nil && ctx.Err() == nil {
			return fmt.Errorf("%w: %w", errDeaf, err)
		}
		return err
	}
	heard, err := l.hear(ctx, conn, l.every, own)
	if err == nil && !heard {
		return errDeaf
	}
	return err
}

// hear passes on what is heard for a while, or until it hears the listener's own call.
func (l *listener) hear(ctx context.Context, conn *pgx.Conn, while time.Duration, own string) (bool, error) {
	until, cancel := context.WithTimeout(ctx, while)
	defer cancel()
	for {
		n, err := conn.WaitForNotification(until)
		switch {
		case err == nil && n.Channel == own:
			return true, nil
		case err == nil:
			l.pass(n.Payload)
		case until.Err() != nil && ctx.Err() == nil && !conn.IsClosed():
			return false, nil
		default:
			return false, err
		}
	}
}

// pass tells the bell of a head that was notified.
func (l *listener) pass(head string) {
	if p, err := strconv.ParseInt(head, 10, 64); err == nil {
		l.bell.Ring(eventstore.Position(p))
	} else {
		l.bell.Nudge()
	}
}

// Listening tells whether notifications of other processes arrive: the last probe was
// heard. Where they do not, who waits looks four times a second.
func (s *Store) Listening() bool { return s.listener != nil && s.listener.heard.Load() }
