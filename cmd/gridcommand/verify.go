package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gridcommand/domain/campaign"
	dutyrules "gridcommand/domain/duty"
	"gridcommand/domain/incident"
	"gridcommand/domain/patrol"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/duty"
	"gridcommand/projections/picture"
	"gridcommand/projections/reports"
	"gridcommand/projections/tally"
	"gridcommand/projections/tickets"
	"gridcommand/projections/wall"
	"gridcommand/projections/worklist"
	"gridcommand/workflow"
)

// VerifyCmd reads the whole ledger, read-only, also beside a running server.
type VerifyCmd struct {
	At
	KeptOutside
	JSON bool `name:"json"`
}

type verdict struct {
	Facts     int64             `json:"facts"`
	Incidents int               `json:"incidents"`
	Views     map[string]string `json:"views"` // "equal to a fold up to position n", or what differs
	Seals     *sealVerdict      `json:"seals"` // null: there are none
	Faults    []string          `json:"faults"`
}

// Run exits 0 when all holds, 1 with what is wrong and where.
func (c *VerifyCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	outside, err := c.read()
	if err != nil {
		return err
	}
	ledger, err := p.readOnly(ctx)
	if err != nil {
		return err
	}
	defer ledger.Close()
	v := verdict{Views: map[string]string{}, Faults: []string{}}
	if err := v.facts(ctx, ledger); err != nil {
		return err
	}
	if len(v.Faults) == 0 { // views of a broken ledger say nothing
		if err := v.views(ctx, p, ledger); err != nil {
			return err
		}
	}
	if err := v.seals(ctx, p, ledger, outside); err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(console.Out).Encode(v); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(console.Out, "%d facts of %d incidents: dense, contiguous, every one decodes\n", v.Facts, v.Incidents)
		if v.Seals != nil {
			fmt.Fprintln(console.Out, v.Seals.line())
			for _, n := range v.Seals.Notes {
				fmt.Fprintln(console.Out, n)
			}
		}
		for name, state := range v.Views {
			fmt.Fprintf(console.Out, "view %s: %s\n", name, state)
		}
		for _, f := range v.Faults {
			fmt.Fprintf(console.Out, "FAULT %s\n", f)
		}
	}
	if len(v.Faults) > 0 {
		return fmt.Errorf("%d faults", len(v.Faults))
	}
	return nil
}

func (v *verdict) fault(format string, args ...any) {
	v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
}

// decoders read the facts of every kind of stream but the incident's.
var decoders = map[string]func(eventstore.Record) error{
	workflow.ReferenceCategory: func(r eventstore.Record) error { _, err := reference.Decode(r.Type, r.Data); return err },
	dutyrules.Category:         func(r eventstore.Record) error { _, err := dutyrules.Decode(r.Type, r.Data); return err },
	patrol.Category:            func(r eventstore.Record) error { _, err := patrol.Decode(r.Type, r.Data); return err },
	campaign.Category:          func(r eventstore.Record) error { _, err := campaign.Decode(r.Type, r.Data); return err },
	ticket.Category:            func(r eventstore.Record) error { _, err := ticket.Decode(r.Type, r.Data); return err },
}

// facts walks the ledger: positions dense, versions contiguous; then every fact
// decodes, and every open incident has one stage, one holder and one deadline.
func (v *verdict) facts(ctx context.Context, ledger eventstore.Store) error {
	report, err := eventstore.Verify(ctx, ledger)
	if err != nil {
		return err
	}
	for _, f := range report.Faults {
		v.fault("%s", f)
	}
	if pages, ok := ledger.(*sqlite.Store); ok { // what facts alone do not show: indexes, keys
		wrong, err := pages.Integrity(ctx)
		if err != nil {
			return err
		}
		for _, w := range wrong {
			v.fault("%s", w)
		}
	}
	if !report.Sound() {
		return nil
	}
	states := map[eventstore.Stream]incident.State{}
	after := eventstore.Position(0)
	for len(v.Faults) < 100 {
		page, err := ledger.Page(ctx, after, 2048)
		if err != nil {
			return fmt.Errorf("reading after position %d: %w", after, err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			if decode := decoders[r.Stream.Category()]; decode != nil {
				if err := decode(r); err != nil {
					v.fault("position %d: %v", r.Position, err)
				}
			}
			if r.Stream.Category() != "incident" {
				continue
			}
			e, err := incident.Decode(r.Type, r.Data)
			if err != nil {
				v.fault("position %d: %v", r.Position, err)
				continue
			}
			states[r.Stream] = incident.Evolve(states[r.Stream], e)
		}
		after = page[len(page)-1].Position
	}
	v.Facts, v.Incidents = int64(after), len(states)
	for stream, s := range states {
		open := s.Status == incident.StatusOpen
		switch {
		case open && (s.Stage == "" || s.Holder == "" || s.Tier == ""):
			v.fault("%s is open without stage, tier or holder", stream)
		case open && s.Deadline.Due == nil && s.Deadline.Missing == 0:
			v.fault("%s is open without a deadline, and no calendar is missing", stream)
		case !open && s.Stage != "":
			v.fault("%s is %s and still has stage %s", stream, s.Status, s.Stage)
		}
	}
	return nil
}

// views folds each view anew, up to where the stored one stands, and compares.
func (v *verdict) views(ctx context.Context, p place, ledger eventstore.Store) error {
	var stored *sqldb.DB
	var err error
	if p.pg != "" {
		stored, err = p.database(ctx, "views")
	} else if stored, err = sqldb.OpenSQLiteReadOnly(ctx, filepath.Join(p.dir, "views.db")); errors.Is(err, os.ErrNotExist) {
		return nil // views may be deleted; they are folded anew at the next start
	}
	if err != nil {
		return err
	}
	defer stored.Close()
	dir, err := os.MkdirTemp("", "gridcommand-verify-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	library, err := workflow.OpenLibrary(ctx, workflow.LibraryDeps{Ledger: ledger})
	if err != nil {
		return err
	}
	if err := library.Ground().Verify(); err != nil {
		v.fault("%v", err)
	}
	folder := casefile.Following(library)
	fresh, err := sqldb.OpenSQLite(ctx, filepath.Join(dir, "views.db"))
	if err != nil {
		return err
	}
	defer fresh.Close()
	epoch, err := ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	for _, view := range []projections.View{
		casebook.New(fresh, folder), picture.New(fresh, folder), worklist.New(fresh, folder), wall.New(fresh, folder), tally.New(fresh, folder),
		duty.New(fresh), tickets.New(fresh), reports.New(fresh, folder),
	} {
		have, at, ok, err := storedView(ctx, stored, view, epoch)
		if err != nil {
			return fmt.Errorf("view %s: %w", view.Name(), err)
		}
		if !ok {
			v.Views[view.Name()] = "not there; it is folded anew at the next start"
			continue
		}
		if err := projections.NewRunner(fresh, &until{ledger, at}, view, nil).RunToEnd(ctx); err != nil {
			return fmt.Errorf("view %s: %w", view.Name(), err)
		}
		want, _, _, err := storedView(ctx, fresh, view, epoch)
		if err != nil {
			return fmt.Errorf("view %s: %w", view.Name(), err)
		}
		v.Views[view.Name()] = fmt.Sprintf("equal to a fold up to position %d", at)
		for table, sum := range want {
			if have[table] != sum {
				v.Views[view.Name()] = fmt.Sprintf("differs from a fold up to position %d", at)
				v.fault("view %s: table %s differs from a fold up to position %d; 'gridcommand rebuild %s' mends it", view.Name(), table, at, view.Name())
			}
		}
	}
	return nil
}

// storedView returns a digest of each of the view's tables and where it stands, all
// at one moment; false when it is not there or is of another ledger or schema.
func storedView(ctx context.Context, db *sqldb.DB, view projections.View, epoch string) (sums map[string]string, at eventstore.Position, ok bool, err error) {
	if _, there := projections.Stands(ctx, db, view, epoch); !there {
		return nil, 0, false, nil
	}
	sums = map[string]string{}
	err = projections.Read(ctx, db, view.Name(), func(tx *sql.Tx, position eventstore.Position, _ time.Time) error {
		at = position
		for _, table := range view.Tables() {
			sum, err := digest(ctx, tx, table)
			if err != nil {
				return err
			}
			sums[table] = sum
		}
		return nil
	})
	return sums, at, err == nil, err
}

// digest hashes every row of a table, ordered by all its columns.
func digest(ctx context.Context, tx *sql.Tx, table string) (string, error) {
	columns, err := columnsOf(ctx, tx, table)
	if err != nil {
		return "", err
	}
	names := strings.Join(columns, ", ")
	rows, err := tx.QueryContext(ctx, `SELECT `+names+` FROM `+table+` ORDER BY `+names)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	h := sha256.New()
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return "", err
		}
		for _, value := range values {
			switch x := (*value.(*any)).(type) {
			case []byte:
				fmt.Fprintf(h, "%d:%s,", len(x), x)
			case string:
				fmt.Fprintf(h, "%d:%s,", len(x), x)
			default:
				fmt.Fprintf(h, "%v,", x)
			}
		}
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil)), rows.Err()
}

func columnsOf(ctx context.Context, tx *sql.Tx, table string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT * FROM `+table+` WHERE 1 = 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	return columns, rows.Err()
}

// until is a ledger that ends at a position.
type until struct {
	eventstore.Store
	end eventstore.Position
}

func (u *until) Head(context.Context) (eventstore.Position, error) { return u.end, nil }

func (u *until) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	if left := int(u.end - after); left < limit {
		limit = left
	}
	if limit <= 0 {
		return nil, nil
	}
	return u.Store.Page(ctx, after, limit)
}
