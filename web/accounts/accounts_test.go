package accounts

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// A house is a store with a clock that its test moves.
type house struct {
	*Store
	t   *testing.T
	db  *sqldb.DB
	dir string
	at  time.Time
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), at: nine}
	var err error
	if h.db, err = sqldb.OpenSQLite(t.Context(), filepath.Join(h.dir, "state.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.db.Close() })
	h.reopen()
	return h
}

func (h *house) reopen() {
	h.t.Helper()
	var err error
	h.Store, err = Open(h.t.Context(), h.db, func() time.Time { return h.at }, Options{Hash: Params{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) add(name string) {
	h.t.Helper()
	if err := h.Add(h.t.Context(), name, jurisdiction.StreetDesk, "440114002", "correct horse"); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) login(name string) Session {
	h.t.Helper()
	s, err := h.Login(h.t.Context(), name, "correct horse")
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func TestALogInOpensASessionThatLastsOverARestart(t *testing.T) {
	h := open(t)
	h.add("ann")
	s := h.login("ann")
	want := jurisdiction.Person{Name: "ann", Role: jurisdiction.StreetDesk, Unit: "440114002"}
	h.reopen()
	p, id, err := h.Resolve(t.Context(), s.Token)
	if err != nil || p.Name != want.Name || p.Role != want.Role || p.Unit != want.Unit || id != s.ID {
		t.Fatalf("%v %s (%v)", p, id, err)
	}
	for _, bad := range []string{"", "x", s.Token[1:], s.Token + "A", s.ID} {
		if _, _, err := h.Resolve(t.Context(), bad); !errors.Is(err, ErrNoSession) {
			t.Errorf("%q opens something: %v", bad, err)
		}
	}
}

func TestWrongLogIns(t *testing.T) {
	h := open(t)
	h.add("ann")
	h.add("ben")
	if err := h.Disable(t.Context(), "ben"); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"ann", "wrong"},
		{"ann", ""},
		{"ann", "correct horse "},
		{"Ann", "correct horse"},
		{"ａnn", "correct horse"},
		{"nobody", "correct horse"},
		{"ben", "correct horse"},
		{"", ""},
		{"ann", strings.Repeat("x", 10_000)},
	} {
		if _, err := h.Login(t.Context(), c[0], c[1]); !errors.Is(err, ErrWrong) {
			t.Errorf("%q with %.20q: %v", c[0], c[1], err)
		}
	}
}

func TestASessionEndsWhenItIsNotUsed(t *testing.T) {
	h := open(t)
	h.add("ann")
	s := h.login("ann")
	for range 5 { // used every 13 h it goes on
		h.at = h.at.Add(13 * time.Hour)
		if _, _, err := h.Resolve(t.Context(), s.Token); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 { // so it does while a socket is open
		h.at = h.at.Add(13 * time.Hour)
		if active, err := h.Active(t.Context(), s.ID); !active || err != nil {
			t.Fatal(active, err)
		}
	}
	h.at = h.at.Add(24*time.Hour + time.Second)
	if active, err := h.Active(t.Context(), s.ID); active || err != nil {
		t.Fatal(active, err)
	}
	if _, _, err := h.Resolve(t.Context(), s.Token); !errors.Is(err, ErrNoSession) {
		t.Fatalf("unused for a day: %v", err)
	}
	var ended []string
	h.OnEnd(func(id string) { ended = append(ended, id) })
	h.login("ann")
	if !slices.Equal(ended, []string{s.ID}) {
		t.Errorf("told of %v", ended)
	}
}

// A session ends by log-out, by a new password and with its account, and whoever listens is told.
func TestEndsAreTold(t *testing.T) {
	h := open(t)
	h.add("ann")
	h.add("ben")
	var ended []string
	h.OnEnd(func(id string) { ended = append(ended, id) })
	other := h.login("ben")
	for name, end := range map[string]func(s Session) error{
		"log-out":  func(s Session) error { return h.Logout(t.Context(), s.ID) },
		"password": func(Session) error { return h.SetPassword(t.Context(), "ann", "another horse") },
		"disable":  func(Session) error { return h.Disable(t.Context(), "ann") },
	} {
		if err := h.Enable(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		if err := h.SetPassword(t.Context(), "ann", "correct horse"); err != nil {
			t.Fatal(err)
		}
		s := h.login("ann")
		ticket, err := h.NewTicket(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		ended = nil
		if err := end(s); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ended, []string{s.ID}) {
			t.Errorf("%s: told of %v, want %v", name, ended, s.ID)
		}
		if _, _, err := h.Resolve(t.Context(), s.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("%s: the session goes on: %v", name, err)
		}
		if active, err := h.Active(t.Context(), s.ID); active || err != nil {
			t.Errorf("%s: active %v (%v)", name, active, err)
		}
		if _, _, err := h.Redeem(t.Context(), ticket); !errors.Is(err, ErrNoTicket) {
			t.Errorf("%s: the ticket is still good: %v", name, err)
		}
	}
	if _, _, err := h.Resolve(t.Context(), other.Token); err != nil {
		t.Errorf("somebody else's session ended: %v", err)
	}
}

// Setting the password an account has already ends nothing: a demonstration sets its
// password at every start.
func TestTheSamePasswordEndsNothing(t *testing.T) {
	h := open(t)
	h.add("ann")
	s := h.login("ann")
	if err := h.SetPassword(t.Context(), "ann", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Resolve(t.Context(), s.Token); err != nil {
		t.Error(err)
	}
}

func TestATicketWorksOnceWithinThirtySeconds(t *testing.T) {
	h := open(t)
	h.add("ann")
	s := h.login("ann")
	give := func() string {
		ticket, err := h.NewTicket(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		return ticket
	}
	ticket := give()
	h.at = h.at.Add(TicketLife - time.Millisecond)
	p, id, err := h.Redeem(t.Context(), ticket)
	if err != nil || p.Name != s.Person.Name || id != s.ID {
		t.Fatalf("%v %s (%v)", p, id, err)
	}
	if _, _, err := h.Redeem(t.Context(), ticket); !errors.Is(err, ErrNoTicket) {
		t.Errorf("twice: %v", err)
	}
	late := give()
	h.at = h.at.Add(TicketLife)
	if _, _, err := h.Redeem(t.Context(), late); !errors.Is(err, ErrNoTicket) {
		t.Errorf("late: %v", err)
	}
	if _, _, err := h.Redeem(t.Context(), "made up"); !errors.Is(err, ErrNoTicket) {
		t.Errorf("made up: %v", err)
	}
}

// Of many who redeem one ticket at once, one gets in.
func TestATicketIsRedeemedByOne(t *testing.T) {
	h := open(t)
	h.add("ann")
	ticket, err := h.NewTicket(t.Context(), h.login("ann").ID)
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 8)
	for range cap(results) {
		go func() {
			_, _, err := h.Redeem(t.Context(), ticket)
			results <- err
		}()
	}
	in := 0
	for range cap(results) {
		if err := <-results; err == nil {
			in++
		} else if !errors.Is(err, ErrNoTicket) {
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d got in", in)
	}
}

func TestAccountsThatCanNotBe(t *testing.T) {
	h := open(t)
	h.add("ann")
	ctx := t.Context()
	for _, c := range []struct {
		name, role, unit, password string
		want                       error
	}{
		{"ann", "street", "440114002", "x", ErrTaken},
		{"", "street", "440114002", "x", ErrInvalid},
		{"Ann", "street", "440114002", "x", ErrInvalid},
		{"ａnn", "street", "440114002", "x", ErrInvalid},
		{"a b", "street", "440114002", "x", ErrInvalid},
		{"a/b", "street", "440114002", "x", ErrInvalid},
		{"system:x", "street", "440114002", "x", ErrInvalid},
		{"ben", "king", "440114002", "x", ErrInvalid},
		{"ben", "street", "", "x", ErrInvalid},
		{"ben", "street", "440114002", "", ErrInvalid},
	} {
		if err := h.Add(ctx, c.name, jurisdiction.Role(c.role), c.unit, c.password); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, err := range []error{
		h.SetPassword(ctx, "nobody", "x"), h.Disable(ctx, "nobody"), h.Enable(ctx, "nobody"),
	} {
		if !errors.Is(err, ErrNoAccount) {
			t.Error(err)
		}
	}
	all, err := h.List(ctx)
	if err != nil || len(all) != 1 || all[0].Name != "ann" || all[0].DisabledAt != nil {
		t.Errorf("%v (%v)", all, err)
	}
}

// Neither password nor token nor ticket lies in the database in clear.
func TestNoSecretLiesInTheDatabase(t *testing.T) {
	h := open(t)
	h.add("ann")
	s := h.login("ann")
	ticket, err := h.NewTicket(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := h.PutCaller(t.Context(), "张三丰", "13812341234")
	if err != nil {
		t.Fatal(err)
	}
	files := read(t, h.dir)
	for _, secret := range []string{"correct horse", s.Token, ticket, "张三丰", "13812341234"} {
		if bytes.Contains(files, []byte(secret)) {
			t.Errorf("%q lies in the database", secret)
		}
	}
	if !bytes.Contains(files, []byte(subject)) {
		t.Error("the search finds nothing at all")
	}
}

func read(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func TestACallerIsKeptAndErased(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	subject, err := h.PutCaller(ctx, "张三丰", "13812341234")
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.PutCaller(ctx, "李四", "")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := h.Caller(ctx, subject); err != nil || c != (Caller{"张三丰", "13812341234"}) {
		t.Fatalf("%q %q (%v)", c.Name, c.Phone, err)
	}
	var key, sealed []byte
	if err := h.db.Read.QueryRowContext(ctx, `SELECT k.key, c.name FROM caller_keys k JOIN callers c ON c.subject = k.subject WHERE k.subject = $1`,
		subject).Scan(&key, &sealed); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.EraseCaller(ctx, subject); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Caller(ctx, subject); !errors.Is(err, ErrNoCaller) {
		t.Errorf("erased and still there: %v", err)
	}
	if c, err := h.Caller(ctx, other); err != nil || c.Name != "李四" {
		t.Errorf("another caller is %q (%v)", c.Name, err)
	}
	files := read(t, h.dir)
	if bytes.Contains(files, key) {
		t.Error("the key still lies in the file")
	}
	if bytes.Contains(files, sealed) {
		t.Error("the ciphertext still lies in the file")
	}
}

// A ciphertext opens only where it belongs.
func TestACiphertextCanNotBeMoved(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	a, err := h.PutCaller(ctx, "张三丰", "13812341234")
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.PutCaller(ctx, "李四", "13900001111")
	if err != nil {
		t.Fatal(err)
	}
	for name, move := range map[string]string{
		"to another field":           `UPDATE callers SET name = phone WHERE subject = $1`,
		"to another caller with key": `UPDATE callers SET name = (SELECT name FROM callers WHERE subject <> $1)`,
	} {
		if _, err := h.db.Write.ExecContext(ctx, move, a); err != nil {
			t.Fatal(err)
		}
		if c, err := h.Caller(ctx, a); err == nil {
			t.Errorf("moved %s it opens as %q", name, c.Name)
		}
	}
	if _, err := h.db.Write.ExecContext(ctx, `UPDATE caller_keys SET key = (SELECT key FROM caller_keys WHERE subject = $1)`, b); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Caller(ctx, a); err == nil {
		t.Error("it opens with another's key")
	}
}

func TestMasks(t *testing.T) {
	for _, c := range [][2]string{{"张三", "张*"}, {"张三丰", "张*"}, {"欧阳修", "欧*"}, {"Ann", "A*"}, {"𠮷野", "𠮷*"}, {"", ""}} {
		if got := MaskName(c[0]); got != c[1] {
			t.Errorf("%q is shown as %q, want %q", c[0], got, c[1])
		}
	}
	for _, c := range [][2]string{{"13812341234", "138****1234"}, {"+8613812341234", "+86****1234"}, {"36898888", "******88"}, {"110", "***"}, {"", ""}} {
		if got := MaskPhone(c[0]); got != c[1] {
			t.Errorf("%q is shown as %q, want %q", c[0], got, c[1])
		}
	}
}

func TestFailuresAreLimitedByAccountAndAddress(t *testing.T) {
	h := open(t)
	h.add("ann")
	ctx := t.Context()
	fail := func(name, from string) error {
		_, err := h.LoginFrom(ctx, name, "wrong", from)
		return err
	}
	for range 10 {
		if err := fail("ann", "192.0.2.1"); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	many, ok := errors.AsType[*TooManyError](fail("ann", "192.0.2.1"))
	if !ok || many.Wait <= 0 || many.Wait > 15*time.Second {
		t.Fatalf("%+v", many)
	}
	if _, err := h.LoginFrom(ctx, "ann", "correct horse", "192.0.2.2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	h.at = h.at.Add(many.Wait)
	if _, err := h.LoginFrom(ctx, "ann", "correct horse", "192.0.2.1"); err != nil {
		t.Errorf("after waiting: %v", err)
	}
	// Names that nobody has, one after another from one address, come to an end as well.
	var sprayed error
	for i := 0; i < 300 && sprayed == nil; i++ {
		if _, ok := errors.AsType[*TooManyError](fail("n"+strings.Repeat("x", i%50), "192.0.2.3")); ok && i >= 150 {
			sprayed = errors.New("limited")
		}
	}
	if sprayed == nil {
		t.Error("300 names were tried from one address")
	}
}

// The default costs are what they are meant to be, in the line itself.
func TestTheStoredLineSaysItsCosts(t *testing.T) {
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := Open(t.Context(), db, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(t.Context(), "ann", jurisdiction.Admin, "440114", "x"); err != nil {
		t.Fatal(err)
	}
	var line string
	if err := db.Read.QueryRowContext(t.Context(), `SELECT password FROM accounts`).Scan(&line); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(line, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored as %s", line)
	}
}

// Everything above holds on PostgreSQL too: the same calls, once through.
func TestOnPostgreSQL(t *testing.T) {
	ctx := context.WithoutCancel(t.Context())
	db, err := sqldb.OpenPostgres(ctx, postgrestest.URL(t), "state")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{t: t, db: db, at: nine}
	h.reopen()
	h.reopen()
	h.add("ann")
	s := h.login("ann")
	var ended []string
	h.OnEnd(func(id string) { ended = append(ended, id) })
	ticket, err := h.NewTicket(ctx, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, id, err := h.Redeem(ctx, ticket); err != nil || id != s.ID {
		t.Fatalf("%s (%v)", id, err)
	}
	subject, err := h.PutCaller(ctx, "张三丰", "13812341234")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := h.Caller(ctx, subject); err != nil || c.Masked() != (Caller{"张*", "138****1234"}) {
		t.Fatalf("%q %q (%v)", c.Masked().Name, c.Masked().Phone, err)
	}
	if err := h.EraseCaller(ctx, subject); err != nil {
		t.Fatal(err)
	}
	if err := h.Disable(ctx, "ann"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ended, []string{s.ID}) {
		t.Errorf("told of %v", ended)
	}
	if _, _, err := h.Resolve(ctx, s.Token); !errors.Is(err, ErrNoSession) {
		t.Error(err)
	}
	if all, err := h.List(ctx); err != nil || len(all) != 1 || all[0].DisabledAt == nil {
		t.Errorf("%v (%v)", all, err)
	}
}
