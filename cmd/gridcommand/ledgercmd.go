package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"gridcommand/domain/campaign"
	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/patrol"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/sqlite"
	"gridcommand/workflow"
)

// LedgerCmd looks at facts; it never writes, and may be used beside a running server.
type LedgerCmd struct {
	Tail  LedgerTailCmd  `cmd:"" help:"The last facts, and with --follow those that come."`
	Show  LedgerShowCmd  `cmd:"" help:"Every fact of one history: by id, number or stream; or one fact, by its position."`
	Stats LedgerStatsCmd `cmd:"" help:"How many facts of each kind, by day; size, keys, what is sealed."`
}

// readOnly opens the ledger of a place for reading, also beside a running server.
func (p place) readOnly(ctx context.Context) (eventstore.Store, error) {
	if p.pg != "" {
		return postgres.OpenReadOnly(ctx, p.pg)
	}
	if !p.exists() {
		return nil, fmt.Errorf("no ledger in %s", p.dir)
	}
	return sqlite.OpenReadOnly(ctx, p.dir)
}

func (a At) readOnly(ctx context.Context) (eventstore.Store, error) {
	p, err := a.place()
	if err != nil {
		return nil, err
	}
	return p.readOnly(ctx)
}

// Shape says how facts are written.
type Shape struct {
	JSON    bool `name:"json" xor:"shape" help:"One JSON object per fact; the default where stdout is no terminal."`
	Columns bool `xor:"shape" help:"Columns, as on a terminal."`
}

// Choice says which facts are meant.
type Choice struct {
	Type     string `help:"Only facts of this type; * stands for anything: 'incident.*'." placeholder:"GLOB"`
	Stream   string `help:"Only facts of this stream." placeholder:"CATEGORY-ID"`
	Category string `help:"Only facts of this kind of stream: incident, ticket, duty, patrol, campaign, reference."`
	Since    string `help:"Only facts that came true since then: a time, a day (2026-11-23), or how long before the newest fact (90m, 12h)."`
}

// wants tells whether r is meant; since is zero if the time does not matter.
func (c Choice) wants(r eventstore.Record, since time.Time) bool {
	if c.Type != "" {
		if ok, _ := path.Match(c.Type, r.Type); !ok {
			return false
		}
	}
	return (c.Stream == "" || r.Stream == eventstore.Stream(c.Stream)) &&
		(c.Category == "" || r.Stream.Category() == c.Category) &&
		!r.At.Before(since)
}

// from is the time that --since means in a ledger whose newest fact came true then.
func (c Choice) from(newest time.Time) (time.Time, error) {
	if _, err := path.Match(c.Type, ""); err != nil {
		return time.Time{}, usagef("--type: %q is no pattern", c.Type)
	}
	if c.Since == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, c.Since); err == nil {
		return at, nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, c.Since, deadline.CST); err == nil {
		return at, nil
	}
	if ago, err := time.ParseDuration(c.Since); err == nil && ago >= 0 {
		return newest.Add(-ago), nil
	}
	return time.Time{}, usagef("--since: %q is neither a time, nor a day, nor how long ago", c.Since)
}

// LedgerTailCmd shows the last facts.
type LedgerTailCmd struct {
	At
	Choice
	Shape
	N      *int `short:"n" help:"How many of those already there. Default: 20; with --since all."`
	Follow bool `short:"f" help:"Go on with those that come."`
}

// Run writes the facts, the newest last.
func (c *LedgerTailCmd) Run(ctx context.Context, console *Console) error {
	store, err := c.readOnly(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	var newest time.Time
	if head > 0 {
		last, err := factAt(ctx, store, head)
		if err != nil {
			return err
		}
		newest = last.At
	}
	since, err := c.from(newest)
	if err != nil {
		return err
	}
	n := 20
	switch {
	case c.N != nil:
		n = max(0, *c.N)
	case c.Since != "":
		n = -1
	}
	out := console.factSheet(c.Shape)
	old, err := c.last(ctx, store, head, n, since)
	if err != nil {
		return quietly(ctx, err)
	}
	for i := range old {
		if err := out.fact(old[i]); err != nil {
			return err
		}
	}
	if err := out.flush(); err != nil || !c.Follow {
		return err
	}
	for page, err := range eventstore.Follow(ctx, store, head, 0) {
		if err != nil {
			return quietly(ctx, err)
		}
		for _, r := range page {
			if c.wants(r, since) {
				if err := out.fact(r); err != nil {
					return err
				}
			}
		}
		if err := out.flush(); err != nil {
			return err
		}
	}
	return nil
}

// quietly is err, unless somebody ended the command.
func quietly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// lookBack is how many facts are read at a time on the way back from the head.
const lookBack = 4096

// last returns the last n facts that are meant, up to head; all if n is negative. Facts
// come true in about the order in which they are stored; imports bring older ones. So it
// looks back until lookBack facts in a row are older than since.
func (c Choice) last(ctx context.Context, store eventstore.Store, head eventstore.Position, n int, since time.Time) ([]eventstore.Record, error) {
	var found []eventstore.Record // the newest first
	full := func() bool { return n >= 0 && len(found) >= n }
	if c.Stream != "" {
		var all []eventstore.Record
		for r, err := range store.Read(ctx, eventstore.Stream(c.Stream), 0) {
			if err != nil {
				return nil, err
			}
			if r.Position <= head && c.wants(r, since) {
				all = append(all, r)
			}
		}
		if n >= 0 && len(all) > n {
			all = all[len(all)-n:]
		}
		return all, nil
	}
	window := eventstore.Position(lookBack)
	if n >= 0 && c == (Choice{}) {
		window = min(window, eventstore.Position(n))
	}
	for end := head; end > 0 && !full(); {
		after := max(0, end-window)
		page, err := store.Page(ctx, after, int(end-after))
		if err != nil {
			return nil, err
		}
		recent := false
		for i := len(page) - 1; i >= 0 && !full(); i-- {
			recent = recent || !page[i].At.Before(since)
			if c.wants(page[i], since) {
				found = append(found, page[i])
			}
		}
		if !recent {
			break
		}
		end = after
	}
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found, nil
}

// factAt returns the fact at a position.
func factAt(ctx context.Context, store eventstore.Store, p eventstore.Position) (eventstore.Record, error) {
	page, err := store.Page(ctx, p-1, 1)
	if err != nil {
		return eventstore.Record{}, err
	}
	if len(page) == 0 {
		return eventstore.Record{}, fmt.Errorf("no fact at position %d", p)
	}
	return page[0], nil
}

// LedgerShowCmd shows one history, or one fact.
type LedgerShowCmd struct {
	At
	Shape
	What string `arg:"" help:"An id, a number (440114-20261123-00017), a stream (duty-…), or a position."`
}

// Run writes every fact that is meant, the oldest first, with all its data.
func (c *LedgerShowCmd) Run(ctx context.Context, console *Console) error {
	store, err := c.readOnly(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	out := console.factSheet(c.Shape)
	out.whole = true
	if p, err := strconv.ParseInt(c.What, 10, 64); err == nil {
		if p < 1 {
			return fmt.Errorf("no fact at position %d", p)
		}
		r, err := factAt(ctx, store, eventstore.Position(p))
		if err != nil {
			return err
		}
		return errors.Join(out.fact(r), out.flush())
	}
	streams, err := named(ctx, store, c.What)
	if err != nil {
		return err
	}
	found := false
	for _, stream := range streams {
		for r, err := range store.Read(ctx, stream, 0) {
			if err != nil {
				return err
			}
			found = true
			if err := out.fact(r); err != nil {
				return err
			}
		}
	}
	if !found {
		return fmt.Errorf("no incident, ticket or other history %s", c.What)
	}
	return out.flush()
}

// numbered is what numbers of incidents and tickets look like: the district, the day,
// and which of the day.
var numbered = regexp.MustCompile(`^[A-Z]*\d{6}-(\d{8})-\d{1,9}$`)

// named are the streams that a text may mean.
func named(ctx context.Context, store eventstore.Store, text string) ([]eventstore.Stream, error) {
	if m := numbered.FindStringSubmatch(text); m != nil {
		day, err := time.ParseInLocation("20060102", m[1], deadline.CST)
		if err == nil {
			return numberOf(ctx, store, text, day)
		}
	}
	if uuid.Validate(text) != nil {
		return []eventstore.Stream{eventstore.Stream(text)}, nil
	}
	var all []eventstore.Stream
	for _, category := range []string{workflow.Category, ticket.Category, duty.Category, patrol.Category, campaign.Category, workflow.ReferenceCategory} {
		all = append(all, eventstore.StreamOf(category, text))
	}
	return all, nil
}

// numberOf finds whose number this is. The number names the day, and facts lie in about
// the order in which they came true: the day is found by halving, and read first. Only
// if it is not there is everything read.
func numberOf(ctx context.Context, store eventstore.Store, number string, day time.Time) ([]eventstore.Stream, error) {
	head, err := store.Head(ctx)
	if err != nil {
		return nil, err
	}
	begin, err := before(ctx, store, head, day)
	if err != nil {
		return nil, err
	}
	end, err := before(ctx, store, head, day.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	for _, part := range [][2]eventstore.Position{{begin, end}, {end, head}, {0, begin}} {
		stream, err := numberedIn(ctx, store, number, part[0], part[1])
		if err != nil || stream != "" {
			return []eventstore.Stream{stream}, err
		}
	}
	return nil, fmt.Errorf("no incident or ticket %s", number)
}

// before returns a position up to which facts came true before a time, as far as they
// lie in order.
func before(ctx context.Context, store eventstore.Store, head eventstore.Position, at time.Time) (eventstore.Position, error) {
	low, high := eventstore.Position(0), head
	for low < high {
		middle := (low + high) / 2
		r, err := factAt(ctx, store, middle+1)
		if err != nil {
			return 0, err
		}
		if r.At.Before(at) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// numberedIn looks for a number among the first facts of streams in (after, to].
func numberedIn(ctx context.Context, store eventstore.Store, number string, after, to eventstore.Position) (eventstore.Stream, error) {
	for after < to {
		page, err := store.Page(ctx, after, int(min(lookBack, to-after)))
		if err != nil || len(page) == 0 {
			return "", err
		}
		for _, r := range page {
			if r.Version != 1 || !strings.Contains(string(r.Data), number) {
				continue
			}
			var named struct {
				Number string `json:"number"`
			}
			if json.Unmarshal(r.Data, &named) == nil && named.Number == number {
				return r.Stream, nil
			}
		}
		after = page[len(page)-1].Position
	}
	return "", nil
}
