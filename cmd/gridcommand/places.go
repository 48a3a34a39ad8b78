package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
	"gridcommand/web/meters"
)

// At says where a ledger is: a folder or a PostgreSQL database.
type At struct {
	Data   string `help:"Data folder of the ledger." default:"data" env:"GRIDCOMMAND_DATA"`
	Ledger string `help:"Ledger as sqlite:DIR or postgres://…; takes the place of --data." env:"GRIDCOMMAND_LEDGER"`
}

// A place is a ledger's place: dir holds files in every shape (photos, the admin
// socket), pg is the database's URL where there is one.
type place struct {
	dir   string
	pg    string
	suite string // that its seals are to have; empty: whichever they have
}

func (a At) place() (place, error) {
	switch scheme, rest, _ := strings.Cut(a.Ledger, ":"); {
	case a.Ledger == "":
		return place{dir: a.Data}, nil
	case scheme == "sqlite" && rest != "":
		return place{dir: strings.TrimPrefix(rest, "//")}, nil
	case scheme == "postgres" || scheme == "postgresql":
		if _, err := url.Parse(a.Ledger); err != nil {
			return place{}, usagef("--ledger: not a PostgreSQL URL")
		}
		return place{dir: a.Data, pg: a.Ledger}, nil
	}
	return place{}, usagef("--ledger: %q is neither sqlite:DIR nor postgres://…", a.Ledger)
}

// exists tells whether a ledger was ever kept here.
func (p place) exists() bool {
	if p.pg != "" {
		return true
	}
	_, err := os.Stat(filepath.Join(p.dir, "ledger.db"))
	return err == nil
}

// databases are the three that make up a place.
type databases struct {
	ledger       eventstore.Store
	meter        *meters.Ledger // of that ledger's appends
	listening    func() bool    // whether its notifications arrive; nil: it has none
	views, state *sqldb.DB
	seals        *sqldb.DB // opened when the reference data is
}

func (p place) open(ctx context.Context) (_ *databases, err error) {
	if p.pg != "" {
		if err := served(ctx, p.pg); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(p.dir, "photos"), 0o700); err != nil {
		return nil, err
	}
	d := &databases{meter: meters.NewLedger()}
	defer func() {
		if err != nil {
			_ = d.Close()
		}
	}()
	if p.pg != "" {
		ledger, err := postgres.Open(ctx, p.pg, &postgres.Options{Observer: d.meter})
		if err != nil {
			return nil, fmt.Errorf("opening the ledger: %w", err)
		}
		d.ledger, d.listening = ledger, ledger.Listening
	} else {
		ledger, err := sqlite.Open(ctx, p.dir, &sqlite.Options{Observer: d.meter})
		if err != nil {
			return nil, fmt.Errorf("opening the ledger: %w", err)
		}
		d.ledger = ledger
	}
	if d.views, err = p.database(ctx, "views"); err != nil {
		return nil, err
	}
	if d.state, err = p.database(ctx, "state"); err != nil {
		return nil, err
	}
	return d, nil
}

// database opens the one called name: a file beside the ledger, or a schema.
func (p place) database(ctx context.Context, name string) (*sqldb.DB, error) {
	var db *sqldb.DB
	var err error
	switch file := filepath.Join(p.dir, name+".db"); {
	case p.pg != "":
		db, err = sqldb.OpenPostgres(ctx, p.pg, name)
	case name == "views":
		db, err = sqldb.OpenSQLiteDerived(ctx, file)
	default:
		db, err = sqldb.OpenSQLite(ctx, file)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the %s: %w", name, err)
	}
	return db, nil
}

// Close closes what is open; the ledger last, so that nothing is acknowledged after it.
func (d *databases) Close() error {
	var first error
	for _, db := range []*sqldb.DB{d.views, d.state, d.seals} {
		if db != nil {
			if err := db.Close(); err != nil && first == nil {
				first = err
			}
		}
	}
	if d.ledger != nil {
		if err := d.ledger.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
