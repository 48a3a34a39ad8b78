package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/web/accounts"
	"gridcommand/web/export"
	"gridcommand/web/sheet"
	"gridcommand/workflow"
)

// ExportCmd brings lists out as files.
type ExportCmd struct {
	Incidents ExportIncidentsCmd `cmd:"" help:"Incidents by filter, as the district's desk sees them in lists: callers masked, confidential texts left out."`
}

// ExportIncidentsCmd writes incidents as a file. It reads only, also beside a running
// server.
type ExportIncidentsCmd struct {
	At
	Format    string   `enum:"csv,xlsx,geojson" required:"" help:"csv, xlsx or geojson."`
	Encoding  string   `enum:"utf-8,gb18030" default:"utf-8" help:"Of a CSV: utf-8, with a byte order mark, or gb18030."`
	Out       string   `help:"File to write; standard output unless said."`
	Status    []string `help:"open, closed, declined, voided, merged; all unless said."`
	Stage     []string `help:"Stages."`
	Tier      []string `help:"community, street, district."`
	Street    []string `help:"Codes of streets."`
	Community []string `help:"Codes of communities."`
	Holder    []string `help:"Codes of units that have it now."`
	Matter    []string `help:"Codes, or scheme/kind/code."`
	Source    []string `help:"Sources."`
	Lamp      []string `help:"green, yellow, red, grey."`
	Flag      []string `help:"Flags, all of them."`
	Overdue   *bool    `help:"A clock expired while it ran."`
	Accepted  *bool    `help:"Signed for."`
	Suspended *bool    `help:"Suspended."`
	Difficult *bool    `help:"Difficult."`
	Q         string   `name:"q" help:"Text in number, description, address or matter."`
	BBox      string   `name:"bbox" help:"west,south,east,north in WGS-84."`
	From      string   `help:"Reported from this day on, or from a time with a zone."`
	To        string   `help:"Reported up to and with this day, or before a time with a zone."`
	Sort      string   `help:"reported_at, updated, due or number; with - before it turned round." default:"-reported_at"`
}

// lagging is how long an export waits for the lists of a running server to reach the
// head.
const lagging = 3 * time.Second

// Run writes the file on stdout or to --out, and what it is on stderr.
func (c *ExportIncidentsCmd) Run(ctx context.Context, console *Console) (err error) {
	q, err := c.query()
	if err != nil {
		return err
	}
	p, err := c.place()
	if err != nil {
		return err
	}
	ledger, err := p.readOnly(ctx)
	if err != nil {
		return err
	}
	defer ledger.Close()
	library, err := workflow.OpenLibrary(ctx, workflow.LibraryDeps{Ledger: ledger})
	if err != nil {
		return err
	}
	q.Scope = []string{"area:" + library.Now().Book.District()}
	book, whence, closeBook, err := openCasebook(ctx, p, ledger, casefile.Following(library))
	if err != nil {
		return err
	}
	defer closeBook()
	callers, closeCallers := openCallers(ctx, p)
	defer closeCallers()

	out := console.Out
	if c.Out != "" {
		// What is not whole is not there.
		part := c.Out + ".part"
		file, failed := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if failed != nil {
			return failed
		}
		defer func() {
			if closed := file.Close(); err == nil {
				err = closed
			}
			if err == nil {
				err = os.Rename(part, c.Out)
			} else {
				_ = os.Remove(part)
			}
		}()
		out = file
	}
	return c.write(ctx, console, out, book, q, callers, library.Now().Book, whence)
}

func (c *ExportIncidentsCmd) write(ctx context.Context, console *Console, out io.Writer, book *casebook.View, q casebook.Query,
	callers func(context.Context, casefile.File) (casefile.File, error), units *jurisdiction.Book, whence string,
) error {
	o := export.Options{Format: export.Format(c.Format), Encoding: sheet.Encoding(c.Encoding), Book: units}
	var w export.Writer
	n := 0
	err := book.Walk(ctx, q, func(position eventstore.Position, at time.Time, _ int) (err error) {
		o.Position, o.At = int64(position), at
		w, err = export.New(out, o)
		return err
	}, func(f casefile.File) error {
		n++
		shown, err := callers(ctx, f)
		if err != nil {
			return err
		}
		return w.Write(shown)
	})
	if bad, ok := errors.AsType[*casebook.QueryError](err); ok {
		return usagef("--%s: %s", bad.Field, bad.Detail)
	}
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	fmt.Fprintf(console.Err, "%d incidents up to position %d, %s (%s)\n", n, o.Position, o.At.In(deadline.CST).Format("2006-01-02 15:04:05"), whence)
	return nil
}

// openCasebook returns the lists at the ledger's head: those on the disk if they stand
// there, within a little while, else folded anew from the ledger.
func openCasebook(ctx context.Context, p place, ledger eventstore.Store, folder *casefile.Folder) (_ *casebook.View, whence string, done func(), err error) {
	head, err := ledger.Head(ctx)
	if err != nil {
		return nil, "", nil, err
	}
	epoch, err := ledger.Epoch(ctx)
	if err != nil {
		return nil, "", nil, err
	}
	stored, err := storedViews(ctx, p)
	if err != nil {
		return nil, "", nil, err
	}
	if stored != nil {
		view := casebook.New(stored, folder)
		for begun := time.Now(); ; {
			at, ok := projections.Stands(ctx, stored, view, epoch)
			if ok && at >= head {
				return view, "from the lists on the disk", func() { _ = stored.Close() }, nil
			}
			if !ok || time.Since(begun) > lagging {
				break
			}
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
				_ = stored.Close()
				return nil, "", nil, ctx.Err()
			}
		}
		_ = stored.Close()
	}
	dir, err := os.MkdirTemp("", "gridcommand-export-")
	if err != nil {
		return nil, "", nil, err
	}
	gone := func() { _ = os.RemoveAll(dir) }
	fresh, err := sqldb.OpenSQLiteDerived(ctx, filepath.Join(dir, "views.db"))
	if err != nil {
		gone()
		return nil, "", nil, err
	}
	done = func() { _ = fresh.Close(); gone() }
	view := casebook.New(fresh, folder)
	if err := projections.NewRunner(fresh, &until{ledger, head}, view, nil).RunToEnd(ctx); err != nil {
		done()
		return nil, "", nil, err
	}
	return view, "folded from the ledger", done, nil
}

// storedViews opens the views of a place for reading; nil: there are none.
func storedViews(ctx context.Context, p place) (*sqldb.DB, error) {
	if p.pg != "" {
		return p.database(ctx, "views")
	}
	db, err := sqldb.OpenSQLiteReadOnly(ctx, filepath.Join(p.dir, "views.db"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return db, err
}

// openCallers returns what shows an incident with its caller masked, as lists do. Where
// there are no accounts to read, nobody's name is known.
func openCallers(ctx context.Context, p place) (show func(context.Context, casefile.File) (casefile.File, error), done func()) {
	var state *sqldb.DB
	var err error
	if p.pg != "" {
		state, err = p.database(ctx, "state")
	} else {
		state, err = sqldb.OpenSQLiteReadOnly(ctx, filepath.Join(p.dir, "state.db"))
	}
	var known *accounts.Callers
	if err == nil {
		known = accounts.ReadCallers(state)
	}
	return func(ctx context.Context, f casefile.File) (casefile.File, error) {
			if f.Reporter == nil {
				return f, nil
			}
			masked := casefile.Reporter{Confidential: f.Reporter.Confidential}
			if !masked.Confidential && known != nil {
				c, err := known.Caller(ctx, f.Subject)
				if err != nil && !errors.Is(err, accounts.ErrNoCaller) {
					return f, err
				}
				masked.Name, masked.Phone = c.Masked().Name, c.Masked().Phone
			}
			f.Reporter = &masked
			return f, nil
		}, func() {
			if state != nil {
				_ = state.Close()
			}
		}
}

// query reads the filters.
func (c *ExportIncidentsCmd) query() (q casebook.Query, err error) {
	q = casebook.Query{
		Street: c.Street, Community: c.Community, Holder: c.Holder, Matter: c.Matter, Overdue: c.Overdue, Accepted: c.Accepted,
		Suspended: c.Suspended, Difficult: c.Difficult, Q: c.Q, Sort: c.Sort,
	}
	if q.Status, err = words("status", c.Status, incident.Statuses); err != nil {
		return q, err
	}
	if q.Stage, err = words("stage", c.Stage, incident.Stages); err != nil {
		return q, err
	}
	if q.Tier, err = words("tier", c.Tier, jurisdiction.Tiers); err != nil {
		return q, err
	}
	if q.Source, err = words("source", c.Source, incident.Sources); err != nil {
		return q, err
	}
	if q.Lamp, err = words("lamp", c.Lamp, incident.Lamps); err != nil {
		return q, err
	}
	if q.Flag, err = words("flag", c.Flag, slices.Concat(incident.Flags, casebook.Marks)); err != nil {
		return q, err
	}
	if q.BBox, err = box(c.BBox); err != nil {
		return q, err
	}
	if q.From, err = boundOf("--from", c.From, 0); err != nil {
		return q, err
	}
	q.To, err = boundOf("--to", c.To, 1)
	return q, err
}

// words checks the words of a filter.
func words[T ~string](flag string, given []string, known []T) ([]T, error) {
	var list []T
	for _, w := range given {
		if !slices.Contains(known, T(w)) {
			return nil, usagef("--%s: %q is none of %v", flag, w, known)
		}
		list = append(list, T(w))
	}
	return list, nil
}

// boundOf reads a day, or a time with a zone; a day counts days from its beginning on.
func boundOf(flag, text string, days int) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, deadline.CST); err == nil {
		day = day.AddDate(0, 0, days)
		return &day, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, usagef("%s: %q is neither a day like 2026-11-01 nor a time with a zone like 2026-11-01T08:00:00+08:00", flag, text)
	}
	return &at, nil
}

// box reads west,south,east,north.
func box(text string) (*orb.Bound, error) {
	if text == "" {
		return nil, nil
	}
	wrong := usagef("--bbox: %q is not west,south,east,north in degrees", text)
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return nil, wrong
	}
	var n [4]float64
	for i, part := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(f >= -180 && f <= 180) || i%2 == 1 && !(f >= -90 && f <= 90) {
			return nil, wrong
		}
		n[i] = f
	}
	if n[0] > n[2] || n[1] > n[3] {
		return nil, wrong
	}
	return &orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
}
