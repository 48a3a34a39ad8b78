package eventstorebench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	neturl "net/url"
	"strings"
	"sync"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// rawConnections is how many connections the raw limit of PostgreSQL inserts with.
const rawConnections = 8

// ErrNotEmpty says that the ledger at the URL holds facts. A measurement appends
// facts that stay for ever, so it wants a database of its own.
var ErrNotEmpty = errors.New("the ledger holds facts; measure on a database of its own")

// AppendPostgres measures appends to the empty ledger in the database at url
// beside eight connections that insert single rows into a plain table; with one
// caller, beside one connection.
func AppendPostgres(ctx context.Context, url string, o Appends) (Figures, error) {
	var figures Figures
	err := onPostgres(ctx, url, func(store *postgres.Store, pool *pgxpool.Pool) error {
		if _, err := pool.Exec(ctx, `CREATE TABLE bench_raw (position bigserial PRIMARY KEY, stream text, version bigint, type text, at bigint, data text, meta text)`); err != nil {
			return err
		}
		defer func() { _, _ = pool.Exec(context.WithoutCancel(ctx), "DROP TABLE bench_raw") }()
		var err error
		figures, err = Append(ctx, store, Raw{"raw_insert", func(ctx context.Context, l Load) error {
			return insertSingly(ctx, pool, l, o.Callers)
		}}, o)
		return err
	})
	return figures, err
}

// FollowPostgres measures following the ledger in the database at url, filled
// first, beside one SELECT over its table.
func FollowPostgres(ctx context.Context, url string, o Follows) (Figures, error) {
	var figures Figures
	err := onPostgres(ctx, url, func(store *postgres.Store, pool *pgxpool.Pool) error {
		var err error
		figures, err = followBoth(ctx, store, Raw{"raw_scan", func(ctx context.Context, l Load) error {
			return scanTable(ctx, pool, l.To)
		}}, o)
		return err
	})
	return figures, err
}

func onPostgres(ctx context.Context, url string, f func(*postgres.Store, *pgxpool.Pool) error) (err error) {
	store, err := postgres.Open(ctx, url, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if head, err := store.Head(ctx); err != nil || head > 0 {
		return errors.Join(err, fmt.Errorf("bench: %w", ErrNotEmpty))
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	config.MaxConns = rawConnections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	return f(store, pool)
}

func insertSingly(ctx context.Context, pool *pgxpool.Pool, l Load, callers int) error {
	var wg sync.WaitGroup
	connections := min(rawConnections, callers)
	errs := make([]error, connections)
	for c := range connections {
		wg.Go(func() {
			errs[c] = pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
				for n := l.From + c; n < l.To; n += connections {
					r := l.Row(n, n%callers, callers)
					if _, err := conn.Exec(ctx, "INSERT INTO bench_raw (stream, version, type, at, data, meta) VALUES ($1, $2, $3, $4, $5, $6)",
						string(r.Stream), int64(r.Version), r.Type, r.At.UnixMicro(), string(r.Data), r.Meta.Text()); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func scanTable(ctx context.Context, pool *pgxpool.Pool, n int) error {
	rows, err := pool.Query(ctx, "SELECT position, stream, version, type, at, data, meta FROM ledger.events ORDER BY position LIMIT $1", n)
	if err != nil {
		return err
	}
	var position, version, at int64
	var stream, kind string
	var data, meta []byte
	_, err = pgx.ForEachRow(rows, []any{&position, &stream, &version, &kind, &at, &data, &meta}, func() error { return nil })
	return err
}

// GrowthPostgres measures a ledger that has grown beside empty ones, in databases that it
// makes on the server at url and drops afterwards.
func GrowthPostgres(ctx context.Context, url string, o Grows, say func(string)) (figures Figures, err error) {
	admin, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	made := map[string]string{}
	defer func() {
		late := context.WithoutCancel(ctx)
		for _, name := range made {
			_, dropErr := admin.Exec(late, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
			err = errors.Join(err, dropErr)
		}
		err = errors.Join(err, admin.Close(late))
	}()
	return Growth(ctx, func(ctx context.Context, name string) (eventstore.Archive, error) {
		database, known := made[name]
		if !known {
			database = "gridcommand_bench_" + strings.ToLower(rand.Text()[:8]) + "_" + name
			if _, err := admin.Exec(ctx, "CREATE DATABASE "+database); err != nil {
				return nil, err
			}
			made[name] = database
		}
		u, err := neturl.Parse(url)
		if err != nil {
			return nil, err
		}
		u.Path = "/" + database
		return postgres.Open(ctx, u.String(), nil)
	}, o, say)
}
