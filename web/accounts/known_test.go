package accounts

import (
	"path/filepath"
	"testing"
	"time"

	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
)

func TestACallerIsKnownAgain(t *testing.T) {
	ctx := t.Context()
	lite, err := sqldb.OpenSQLite(ctx, filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	pg, err := sqldb.OpenPostgres(ctx, postgrestest.URL(t), "state")
	if err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]*sqldb.DB{"sqlite": lite, "postgres": pg} {
		t.Cleanup(func() { _ = db.Close() })
		t.Run(name, func(t *testing.T) {
			s, err := Open(ctx, db, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			put := func(name, phone, within string) KnownCaller {
				t.Helper()
				k, err := s.PutKnownCaller(ctx, name, phone, within)
				if err != nil {
					t.Fatal(err)
				}
				return k
			}
			zhang := put("张三", "138 0013 8000", "t1")
			if again := put("张三", "+86 13800138000", "t2"); again != zhang {
				t.Errorf("the same person is %v, then %v", zhang, again)
			}
			wife := put("李四", "13800138000", "t3")
			if wife.Line != zhang.Line || wife.Subject == zhang.Subject {
				t.Errorf("another person at the same telephone: %v %v", zhang, wife)
			}
			if a, b := put("王五", "", "t4"), put("王五", "", "t5"); a.Subject == b.Subject || a.Line != "" || put("王五", "", "t4") != a {
				t.Errorf("a name alone is nobody: %v %v", a, b)
			}
			if c, err := s.Caller(ctx, zhang.Subject); err != nil || c.Name != "张三" || c.Phone != "138 0013 8000" {
				t.Errorf("%v %v", c.Name, err)
			}
			if err := s.EraseCaller(ctx, zhang.Subject); err != nil {
				t.Fatal(err)
			}
			if again := put("张三", "13800138000", "t6"); again.Subject == zhang.Subject {
				t.Error("somebody erased is known again")
			}
		})
	}
}
