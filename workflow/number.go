package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

const (
	block      = 32 // numbers taken from the table at a time
	daysKept   = 16 // days for which this process may hold numbers
	searched   = "searched"
	searchPage = 4096
)

// numbers gives incidents their readable numbers. Numbers are unique, not without
// gaps: a process takes them in blocks, and what it holds when it is killed is lost.
//
// The table may be lost or restored older than the ledger; so each process first
// searches what the ledger has gained since the table was last compared with
// it, and raises the table past every number it finds.
type numbers struct {
	db       *sqldb.DB
	ledger   eventstore.Store
	district string

	mu       sync.Mutex
	compared bool
	held     map[string]span // by day
}

// span is the numbers from next to last.
type span struct{ next, last int64 }

// NextNumber returns a number that no incident has, e.g. 440114-20261123-00087: the
// district, the day of `at` in China Standard Time, and a count within it.
func (s *Service) NextNumber(ctx context.Context, at time.Time) (string, error) {
	return s.numbers.next(ctx, at.In(deadline.CST).Format("20060102"))
}

func (n *numbers) next(ctx context.Context, day string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.compared {
		if err := n.compare(ctx); err != nil {
			return "", fmt.Errorf("workflow: comparing numbers with the ledger: %w", err)
		}
		n.compared = true
	}
	s := n.held[day]
	if s.next == 0 || s.next > s.last {
		if len(n.held) >= daysKept {
			n.giveBack(ctx)
		}
		var last int64
		if err := n.db.Write.QueryRowContext(ctx, counterAdd, counter(day), block).Scan(&last); err != nil {
			return "", fmt.Errorf("workflow: taking numbers: %w", err)
		}
		s = span{last - block + 1, last}
	}
	number := fmt.Sprintf("%s-%s-%05d", n.district, day, s.next)
	s.next++
	n.held[day] = s
	return number, nil
}

// giveBack returns what was taken and not used, where nobody took more since. It
// only saves gaps, so failing does no harm. The lock is held.
func (n *numbers) giveBack(ctx context.Context) {
	for day, s := range n.held {
		if s.next <= s.last {
			_, _ = n.db.Write.ExecContext(ctx, counterGiveBack, s.next-1, counter(day), s.last)
		}
	}
	n.held = map[string]span{}
}

// rest gives everything back; numbers can still be taken afterwards.
func (n *numbers) rest(ctx context.Context) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.giveBack(ctx)
}

func counter(day string) string { return "number:" + day }

// compare raises the table past every number the ledger gained since the last time.
func (n *numbers) compare(ctx context.Context) error {
	var after eventstore.Position
	err := n.db.Read.QueryRowContext(ctx, "SELECT last FROM workflow_counter WHERE name = $1", searched).Scan(&after)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	highest := map[string]int64{}
	for {
		page, err := n.ledger.Page(ctx, after, searchPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			if day, count, ok := n.numberIn(r); ok {
				highest[day] = max(highest[day], count)
			}
		}
		after = page[len(page)-1].Position
	}
	return n.db.Tx(ctx, func(tx *sql.Tx) error {
		for day, count := range highest {
			if _, err := tx.ExecContext(ctx, counterRaise, counter(day), count); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, counterRaise, searched, int64(after))
		return err
	})
}

// numberIn returns the day and the count of the number that r gave an incident.
func (n *numbers) numberIn(r eventstore.Record) (day string, count int64, ok bool) {
	if r.Version != 1 || r.Stream.Category() != Category {
		return "", 0, false
	}
	e, err := incident.Decode(r.Type, r.Data)
	if err != nil {
		return "", 0, false // not a report of this program's; it holds no number of ours
	}
	report, ok := e.(incident.Reported)
	if !ok {
		return "", 0, false
	}
	rest, ok := strings.CutPrefix(report.Number, n.district+"-")
	if !ok {
		return "", 0, false
	}
	day, digits, ok := strings.Cut(rest, "-")
	if !ok || len(day) != len("20060102") {
		return "", 0, false
	}
	count, err = strconv.ParseInt(digits, 10, 64)
	return day, count, err == nil
}
