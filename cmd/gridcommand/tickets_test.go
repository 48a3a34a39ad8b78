package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gridcommand/eventstore/postgrestest"
)

// TestTicketsComeFromAFile brings tickets in with and without a running server, kills
// the server in the middle of a ticket's life, and finds every view equal to a fold.
func TestTicketsComeFromAFile(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		ticketsFromAFile(t, "--ledger", "sqlite:"+t.TempDir())
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		ticketsFromAFile(t, "--ledger", postgrestest.URL(t), "--data", t.TempDir())
	})
}

func ticketsFromAFile(t *testing.T, at ...string) {
	staffed(t, at...)
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const head = "external_id,version,type,description,caller_name,caller_phone\n"
	good := write("good.csv", head+"A1,1,consult,咨询入学政策,张三,13800138000\nA2,1,complaint,路灯不亮,李四,13800138001\nA1,2,help,求助入学,张三,13800138000\n")
	bad := write("bad.csv", head+"A3,1,consult,咨询,,\nA4,1,rant,骂人,,\n")
	brings := func(code int, says, file string, more ...string) {
		t.Helper()
		out, talk, got := tool(t, append(append([]string{"import", "tickets", file}, more...), at...)...)
		if got != code || !strings.Contains(out+talk, says) {
			t.Fatalf("exit %d, want %d and %q\n%s%s", got, code, says, out, talk)
		}
	}
	brings(1, "line 3, type", bad)
	brings(0, "3 rows, 2 added, 1 changed", good, "--dry-run")
	brings(0, "3 rows, 2 added, 1 changed", good)
	brings(0, "0 added, 0 changed, 0 older versions noted, 0 conflicts, 3 already known", good)

	serve := append([]string{"serve", "--listen", "127.0.0.1:0"}, at...)
	s := start(t, serve...)
	brings(0, `"known":3`, good, "--json")
	brings(0, "1 added", write("more.csv", head+"A5,1,help,积水,,\n"))
	district := s.login("district")
	var head1 []any
	for { // until the views are open and have come as far
		status, list, _, err := district.ask("GET", "/hotline/tickets?q=%E8%B7%AF%E7%81%AF", "", nil)
		if err != nil || status != 200 && status != 503 {
			t.Fatalf("%d %v %v", status, list, err)
		}
		if status == 200 && len(list["items"].([]any)) > 0 {
			head1 = list["items"].([]any)
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(head1) != 1 || head1[0].(map[string]any)["caller"].(map[string]any)["name"] != "李*" {
		t.Fatalf("%v", head1)
	}
	path := "/hotline/tickets/" + head1[0].(map[string]any)["id"].(string)
	first := district.must(200, "POST", path+"/sign", "k", map[string]any{})
	s.kill()
	s = start(t, serve...)
	district = s.login("district")
	status, again, header, err := district.ask("POST", path+"/sign", "k", map[string]any{})
	if err != nil || status != 200 || header.Get("Idempotent-Replay") != "true" || again["position"] != first["position"] {
		t.Errorf("the same after the restart: %d %v (%v)", status, again["position"], err)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d\n%s", code, s.log)
	}
	for _, command := range []string{"verify", "rebuild", "verify"} {
		out, talk, code := tool(t, append([]string{command}, at...)...)
		if code != 0 || command == "verify" && !strings.Contains(out, "view tickets: equal to a fold up to position") {
			t.Errorf("%s: exit %d\n%s%s", command, code, out, talk)
		}
	}
}

// The hotline's record of 2018 is for a new folder: whatever is in one stays.
func TestTheHotlinesRecordIsForANewFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	staffed(t, "--data", dir)
	file := filepath.Join(t.TempDir(), "one.csv")
	if err := os.WriteFile(file, []byte("external_id,type,description\nA1,consult,咨询\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, talk, code := tool(t, "import", "tickets", file, "--data", dir); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out, talk)
	}
	for says, flags := range map[string][]string{
		"is for a new folder":  {"--hotline-2018"},
		"do not come together": {"--hotline-2018", "--replay", file, "--mapping", file},
	} {
		out, talk, code := tool(t, append([]string{"demo", "--data", dir, "--listen", "127.0.0.1:0"}, flags...)...)
		if code != 2 || !strings.Contains(talk, says) {
			t.Errorf("%v: exit %d\n%s%s", flags, code, out, talk)
		}
	}
	out, talk, code := tool(t, "verify", "--data", dir)
	if code != 0 {
		t.Errorf("verify: exit %d\n%s%s", code, out, talk)
	}
}
