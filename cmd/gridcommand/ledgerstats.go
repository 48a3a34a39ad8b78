package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/eventstore"
	"gridcommand/eventstore/seal"
)

// LedgerStatsCmd counts facts.
type LedgerStatsCmd struct {
	At
	JSON bool `name:"json" help:"One JSON object."`
	Days int  `default:"14" help:"How many of the newest days to tell apart; 0: all."`
}

// Run has the database count; no fact is read.
func (c *LedgerStatsCmd) Run(ctx context.Context, console *Console) error {
	if c.Days < 0 {
		return usagef("--days: %d is less than none", c.Days)
	}
	p, err := c.place()
	if err != nil {
		return err
	}
	store, err := p.readOnly(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	s, err := statsOf(ctx, store)
	if err != nil {
		return err
	}
	if err := s.sealedUpTo(ctx, p); err != nil {
		return err
	}
	if c.Days > 0 && len(s.Days) > c.Days {
		s.Days = s.Days[len(s.Days)-c.Days:]
	}
	if c.JSON {
		return json.NewEncoder(console.Out).Encode(s)
	}
	return s.print(console)
}

// ledgerStats is a ledger counted.
type ledgerStats struct {
	Head       eventstore.Position `json:"head"`
	Epoch      string              `json:"epoch"`
	Streams    int64               `json:"streams"`
	Keys       int64               `json:"keys"`
	Bytes      int64               `json:"bytes"`
	Oldest     *time.Time          `json:"oldest"`           // when the first fact came true
	Newest     *time.Time          `json:"newest"`           // and the last
	PerSecond  float64             `json:"facts_per_second"` // of the last facts, by their own clock
	Sealed     eventstore.Position `json:"sealed"`
	SealedBy   string              `json:"suite,omitempty"`
	Partitions int                 `json:"partitions"`
	Detached   int                 `json:"partitions_detached"`
	Types      map[string]int64    `json:"types"`
	Categories map[string]int64    `json:"categories"`
	Days       []dayStats          `json:"days"` // with facts, the newest last
}

type dayStats struct {
	Day   string `json:"day"`
	Facts int64  `json:"facts"`
}

// lastFacts is over how many facts the newest rate is taken.
const lastFacts = 1000

func statsOf(ctx context.Context, store eventstore.Store) (*ledgerStats, error) {
	s := &ledgerStats{Types: map[string]int64{}, Categories: map[string]int64{}, Days: []dayStats{}}
	var err error
	if s.Epoch, err = store.Epoch(ctx); err != nil {
		return nil, err
	}
	counter, ok := store.(eventstore.Surveyor)
	if !ok {
		return nil, fmt.Errorf("a ledger of this kind (%T) does not count itself", store)
	}
	survey, err := counter.Survey(ctx, 8*time.Hour)
	if err != nil {
		return nil, err
	}
	if s.Head, err = store.Head(ctx); err != nil {
		return nil, err
	}
	s.Keys, s.Bytes, s.Partitions, s.Detached = survey.Keys, survey.Bytes, survey.Partitions, survey.Detached
	days := map[string]int64{}
	for _, one := range survey.Counts {
		s.Types[one.Type] += one.Facts
		s.Categories[one.Category] += one.Facts
		s.Streams += one.Streams
		days[one.Day.Format(time.DateOnly)] += one.Facts
	}
	for day, facts := range days {
		s.Days = append(s.Days, dayStats{day, facts})
	}
	slices.SortFunc(s.Days, func(a, b dayStats) int { return cmp.Compare(a.Day, b.Day) })
	return s, s.ends(ctx, store)
}

// ends looks at the first fact and at the last ones.
func (s *ledgerStats) ends(ctx context.Context, store eventstore.Store) error {
	if s.Head == 0 {
		return nil
	}
	if s.Detached == 0 {
		first, err := factAt(ctx, store, 1)
		if err != nil {
			return err
		}
		s.Oldest = &first.At
	}
	last, err := factAt(ctx, store, s.Head)
	if err != nil {
		return err
	}
	s.Newest = &last.At
	if n := min(s.Head-1, lastFacts); n > 0 {
		earlier, err := factAt(ctx, store, s.Head-n)
		if err != nil {
			return err
		}
		if took := last.At.Sub(earlier.At).Seconds(); took > 0 {
			s.PerSecond = float64(n) / took
		}
	}
	return nil
}

// sealedUpTo reads how far the ledger is sealed.
func (s *ledgerStats) sealedUpTo(ctx context.Context, p place) error {
	db, err := p.sealsReadOnly(ctx)
	if errors.Is(err, seal.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	defer db.Close()
	log, err := seal.OpenLog(ctx, db, s.Epoch)
	if errors.Is(err, seal.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	newest, err := log.Newest(ctx)
	if errors.Is(err, seal.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Sealed, s.SealedBy = eventstore.Position(newest.Size), string(log.Suite)
	return nil
}

// print writes a line for each figure: its name and its value, with columns on a terminal.
func (s *ledgerStats) print(console *Console) error {
	format, out := "%s %v\n", bufio.NewWriter(console.Out)
	if _, terminal := console.terminal(); terminal {
		format = "%-36s %v\n"
	}
	write := func(name string, value any) { fmt.Fprintf(out, format, name, value) }
	at := func(t *time.Time) string {
		if t == nil {
			return "-"
		}
		return t.In(deadline.CST).Format(time.RFC3339)
	}
	write("head", s.Head)
	write("epoch", s.Epoch)
	write("streams", s.Streams)
	write("keys", s.Keys)
	write("bytes", s.Bytes)
	write("oldest", at(s.Oldest))
	write("newest", at(s.Newest))
	write("facts_per_second", fmt.Sprintf("%.3f", s.PerSecond))
	sealed := fmt.Sprint(s.Sealed)
	if s.SealedBy != "" {
		sealed += " " + s.SealedBy
	}
	write("sealed", sealed)
	if s.Partitions > 0 {
		write("partitions", s.Partitions)
		write("partitions_detached", s.Detached)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Categories)) {
		write("category:"+name, s.Categories[name])
	}
	for _, d := range s.Days {
		write("day:"+d.Day, d.Facts)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		write(name, s.Types[name])
	}
	return out.Flush()
}
