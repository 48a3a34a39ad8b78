// Package accounts keeps who may log in, who is logged in, and what is known of
// callers, in the state database.
//
// It keeps these promises. A password is stored only as an argon2id line, a token
// or ticket only as its hash. A session ends by log-out, by time, by a new password
// or with its account, and whoever listens is told. A ticket works once, within 30
// seconds. Only failed log-ins are limited. A caller's name and phone lie encrypted
// under a key of their own; erasing a caller destroys key and ciphertext, and what the
// ledger holds is then a reference to nobody.
//
// All times here are wall time: the ledger's clock may run faster.
package accounts

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

var (
	// ErrWrong says that no account in use has this name and password.
	ErrWrong = errors.New("accounts: wrong name or password")
	// ErrNoSession says that a token opens no session, or none any more.
	ErrNoSession = errors.New("accounts: no such session")
	// ErrNoTicket says that a ticket was never given, is used up or too old.
	ErrNoTicket = errors.New("accounts: no such ticket")
	// ErrNoAccount says that there is no account of that name.
	ErrNoAccount = errors.New("accounts: no such account")
	// ErrTaken says that the name belongs to an account already.
	ErrTaken = errors.New("accounts: name taken")
	// ErrInvalid says that a name, role or password can't be an account's.
	ErrInvalid = errors.New("accounts: invalid")
	// ErrNoCaller says that a caller is unknown or was erased.
	ErrNoCaller = errors.New("accounts: no such caller")
)

// Tables are the tables kept in the state database.
func Tables() sqldb.Owner {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sqldb.Owner{Name: "accounts", Files: files}
}

// Fleeting names the tables that a copy of the state database leaves out: who is logged
// in now. Whoever logs out before a copy is restored stays out.
func Fleeting() []string { return []string{"sessions", "live_tickets"} }

// Options are what may differ. The zero value is what a server runs with.
type Options struct {
	Hash   Params        // zero: 19 MiB, 2 passes, 1 lane
	Idle   time.Duration // a session unused for so long ends; zero: 24 h
	Limits Limits        // of failed log-ins
}

// A Store is the accounts of one state database. Its methods may be called from
// many goroutines.
type Store struct {
	db      *sqldb.DB
	now     func() time.Time
	hash    Params
	nobody  string // an argon2id line that no password opens, to spend the same time on unknown names
	hashing chan struct{}
	idle    time.Duration
	limiter *limiter

	mu    sync.Mutex
	onEnd []func(sessionID string)
}

// Open brings the tables up to date and returns the accounts of db. The clock is
// wall time.
func Open(ctx context.Context, db *sqldb.DB, now func() time.Time, opts ...Options) (*Store, error) {
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	if o.Hash == (Params{}) {
		o.Hash = Params{MemoryKiB: 19 << 10, Passes: 2, Lanes: 1}
	}
	if o.Idle == 0 {
		o.Idle = 24 * time.Hour
	}
	if err := sqldb.Migrate(ctx, db, Tables().Files, Tables().Name); err != nil {
		return nil, fmt.Errorf("accounts: opening: %w", err)
	}
	if db.Dialect == sqldb.SQLite {
		// What is deleted from this file is overwritten: erased callers leave no bytes behind.
		if _, err := db.Write.ExecContext(ctx, `PRAGMA secure_delete = ON`); err != nil {
			return nil, fmt.Errorf("accounts: opening: %w", err)
		}
	}
	nobody, err := o.Hash.line(randomText(32))
	if err != nil {
		return nil, err
	}
	return &Store{
		db: db, now: now, hash: o.Hash, nobody: nobody, hashing: make(chan struct{}, 2),
		idle: o.Idle, limiter: newLimiter(o.Limits),
	}, nil
}

// An Account is one that may log in, or might again.
type Account struct {
	Name       string
	Role       jurisdiction.Role
	Unit       string
	Posts      []jurisdiction.Post // none: all
	Grids      []string            // that an inspector walks, 15 digits; none: all of the community
	CreatedAt  time.Time
	DisabledAt *time.Time // nil: in use
}

// Names of accounts are plain on purpose: a name that looks like another one fools
// people who read it.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Add makes an account; with duties, one that does those and no others.
func (s *Store) Add(ctx context.Context, name string, role jurisdiction.Role, unit, password string, duties ...Duties) error {
	var d Duties
	if len(duties) > 0 {
		d = duties[0]
	}
	switch {
	case !nameForm.MatchString(name):
		return fmt.Errorf("%w: a name is 1 to 64 of a–z, 0–9, dot, hyphen, underscore", ErrInvalid)
	case !slices.Contains(jurisdiction.Roles, role):
		return fmt.Errorf("%w: there is no role %q", ErrInvalid, role)
	case unit == "":
		return fmt.Errorf("%w: a person acts for a unit", ErrInvalid)
	}
	if err := d.judge(role, unit); err != nil {
		return err
	}
	line, err := s.newLine(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO accounts (name, role, unit, password, created_at, posts, grids)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING`,
			name, string(role), unit, line, s.now().UnixMicro(), joined(d.Posts), joined(d.Grids))
		if err != nil {
			return fmt.Errorf("accounts: adding %s: %w", name, err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return fmt.Errorf("%w: %s", ErrTaken, name)
	})
}

// SetPassword gives an account a password and ends its sessions. The password it has
// already changes nothing.
func (s *Store) SetPassword(ctx context.Context, name, password string) error {
	var old string
	err := s.db.Read.QueryRowContext(ctx, `SELECT password FROM accounts WHERE name = $1`, name).Scan(&old)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: %s", ErrNoAccount, name)
	}
	if err != nil {
		return err
	}
	if same, err := s.check(ctx, old, password); err != nil || same {
		return err
	}
	line, err := s.newLine(ctx, password)
	if err != nil {
		return err
	}
	return s.endWith(ctx, name, `UPDATE accounts SET password = $2 WHERE name = $1`, name, line)
}

// Duties are what a person does beyond the role: the posts held at a desk, and the
// grids that an inspector walks. None of a kind means all of it.
type Duties struct {
	Posts []jurisdiction.Post
	Grids []string
}

var gridForm = regexp.MustCompile(`^[0-9]{15}$`)

// judge says what is wrong with the duties of somebody of a role and unit. That the
// grids are there is for those to know who know the ground.
func (d Duties) judge(role jurisdiction.Role, unit string) error {
	for _, p := range d.Posts {
		if !slices.Contains(jurisdiction.Posts, p) {
			return fmt.Errorf("%w: there is no post %q", ErrInvalid, p)
		}
	}
	for _, g := range d.Grids {
		switch {
		case role != jurisdiction.Inspector:
			return fmt.Errorf("%w: only inspectors walk grids", ErrInvalid)
		case !gridForm.MatchString(g) || !strings.HasPrefix(g, unit):
			return fmt.Errorf("%w: %q is no grid of %s", ErrInvalid, g, unit)
		}
	}
	return nil
}

// SetDuties changes what a person does. It counts from the next request on; sessions
// stay.
func (s *Store) SetDuties(ctx context.Context, name string, d Duties) error {
	a, err := s.Account(ctx, name)
	if err != nil {
		return err
	}
	if err := d.judge(a.Role, a.Unit); err != nil {
		return err
	}
	_, err = s.db.Write.ExecContext(ctx, `UPDATE accounts SET posts = $2, grids = $3 WHERE name = $1`,
		name, joined(d.Posts), joined(d.Grids))
	return err
}

// joined writes a list as the table keeps it: sorted, each once.
func joined[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = string(x)
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), ",")
}

// split reads a list from the table; an empty one is nil.
func split[T ~string](text string) []T {
	var list []T
	for x := range strings.SplitSeq(text, ",") {
		if x != "" {
			list = append(list, T(x))
		}
	}
	return list
}

// Disable bars an account and ends its sessions.
func (s *Store) Disable(ctx context.Context, name string) error {
	return s.endWith(ctx, name,
		`UPDATE accounts SET disabled_at = $2 WHERE name = $1 AND disabled_at = 0`, name, s.now().UnixMicro())
}

// Enable lets a disabled account log in again.
func (s *Store) Enable(ctx context.Context, name string) error {
	if _, err := s.Account(ctx, name); err != nil {
		return err
	}
	_, err := s.db.Write.ExecContext(ctx, `UPDATE accounts SET disabled_at = 0 WHERE name = $1`, name)
	return err
}

// Account returns one account.
func (s *Store) Account(ctx context.Context, name string) (Account, error) {
	a, err := scanAccount(s.db.Read.QueryRowContext(ctx,
		`SELECT name, role, unit, posts, grids, created_at, disabled_at FROM accounts WHERE name = $1`, name))
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, fmt.Errorf("%w: %s", ErrNoAccount, name)
	}
	return a, err
}

// List returns every account, by name.
func (s *Store) List(ctx context.Context) ([]Account, error) {
	return s.list(ctx, `SELECT name, role, unit, posts, grids, created_at, disabled_at FROM accounts ORDER BY name`)
}

// Inspectors returns the inspectors of a community whose accounts are in use, by name.
func (s *Store) Inspectors(ctx context.Context, community string) ([]Account, error) {
	return s.list(ctx, `SELECT name, role, unit, posts, grids, created_at, disabled_at FROM accounts
		WHERE role = $1 AND unit = $2 AND disabled_at = 0 ORDER BY name`, string(jurisdiction.Inspector), community)
}

func (s *Store) list(ctx context.Context, query string, args ...any) ([]Account, error) {
	rows, err := s.db.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Account
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func scanAccount(row interface{ Scan(...any) error }) (Account, error) {
	var (
		a                 Account
		role              string
		posts, grids      string
		created, disabled int64
	)
	if err := row.Scan(&a.Name, &role, &a.Unit, &posts, &grids, &created, &disabled); err != nil {
		return Account{}, err
	}
	a.Posts, a.Grids = split[jurisdiction.Post](posts), split[string](grids)
	a.Role, a.CreatedAt = jurisdiction.Role(role), time.UnixMicro(created).UTC()
	if disabled != 0 {
		at := time.UnixMicro(disabled).UTC()
		a.DisabledAt = &at
	}
	return a, nil
}

// endWith changes an account and ends its sessions in one transaction.
func (s *Store) endWith(ctx context.Context, name, change string, args ...any) error {
	if _, err := s.Account(ctx, name); err != nil {
		return err
	}
	var ended []string
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, change, args...); err != nil {
			return err
		}
		var err error
		ended, err = endSessions(ctx, tx, `DELETE FROM sessions WHERE account = $1 RETURNING id`, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("accounts: changing %s: %w", name, err)
	}
	s.tell(ended)
	return nil
}

// OnEnd has f called with the id of each session that ends here, after it ended. It
// must not wait long.
func (s *Store) OnEnd(f func(sessionID string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onEnd = append(s.onEnd, f)
}

func (s *Store) tell(ended []string) {
	s.mu.Lock()
	hooks := slices.Clone(s.onEnd)
	s.mu.Unlock()
	for _, id := range ended {
		for _, f := range hooks {
			f(id)
		}
	}
}
