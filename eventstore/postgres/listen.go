package postgres

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"

	"github.com/jackc/pgx/v5"
)

// How long to wait before listening again after the connection was lost.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// listenFor rings the bell for what any process appends, until ctx ends. One
// connection serves all who wait; when it is lost they poll, and it is made anew.
func listenFor(ctx context.Context, config *pgx.ConnConfig, bell *groupcommit.Bell, log *slog.Logger) {
	pause := firstPause
	for {
		heard, err := listen(ctx, config, bell)
		if ctx.Err() != nil {
			return
		}
		if heard {
			pause = firstPause
		}
		log.WarnContext(ctx, "ledger notifications lost, polling meanwhile", slog.Any("error", err), slog.Duration("pause", pause))
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
func listen(ctx context.Context, config *pgx.ConnConfig, bell *groupcommit.Bell) (heard bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false, err
	}
	// The goodbye must go out although ctx may have ended.
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(bye)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return false, err
	}
	bell.Nudge() // what came before the first notification is found by looking
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return true, err
		}
		if head, err := strconv.ParseInt(n.Payload, 10, 64); err == nil {
			bell.Ring(eventstore.Position(head))
		} else {
			bell.Nudge()
		}
	}
}
