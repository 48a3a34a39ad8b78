package postgres_test

import (
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgrestest"
)

// A database may be set not to wait for the disk; a ledger in it waits all the same.
// What holds while facts are stored is noted by a trigger.
func TestAnAppendWaitsForTheDiskWhateverTheDatabaseIsSetTo(t *testing.T) {
	url := postgrestest.URL(t)
	admin := connect(t, url)
	exec := func(statement string) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`)
	s := open(t, url, nil)
	exec("CREATE TABLE public.noted (setting text NOT NULL)")
	exec(`CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN INSERT INTO public.noted VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$`)
	exec("CREATE TRIGGER note AFTER UPDATE ON ledger.head FOR EACH STATEMENT EXECUTE FUNCTION public.note()")
	for _, stream := range []eventstore.Stream{"incident-1", "incident-2"} {
		if _, err := s.Append(t.Context(), one(stream, eventstore.Any, "")); err != nil {
			t.Fatal(err)
		}
	}
	var waited, all int
	if err := admin.QueryRow(t.Context(), "SELECT count(*) FILTER (WHERE setting = 'on'), count(*) FROM public.noted").Scan(&waited, &all); err != nil {
		t.Fatal(err)
	}
	if all == 0 || waited != all {
		t.Errorf("%d of %d appends waited for the disk", waited, all)
	}
}
