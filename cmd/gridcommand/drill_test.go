package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/geo/basegrid"
)

// TestDrill is what an operator should practise: a backup of a server at work, restored
// into the other kind of store, is what the server was at one position, and goes on.
func TestDrill(t *testing.T) {
	t.Parallel()
	folder := func(t *testing.T) []string {
		return []string{"--ledger", "sqlite:" + filepath.Join(t.TempDir(), "data")}
	}
	database := func(t *testing.T) []string {
		return []string{"--ledger", postgrestest.URL(t), "--data", filepath.Join(t.TempDir(), "data")}
	}
	t.Run("from SQLite into PostgreSQL", func(t *testing.T) { t.Parallel(); drill(t, folder(t), database(t)) })
	t.Run("from PostgreSQL into SQLite", func(t *testing.T) { t.Parallel(); drill(t, database(t), folder(t)) })
}

func drill(t *testing.T, from, to []string) {
	staffed(t, from...)
	serve := func(at []string) *server {
		return start(t, append([]string{"serve", "--listen", "127.0.0.1:0", "--log-level", "warn"}, at...)...)
	}
	s := serve(from)
	desk := s.login("street")
	photo := desk.upload()
	var mu sync.Mutex
	var acknowledged []*write
	stop := make(chan struct{})
	var writers sync.WaitGroup
	t.Cleanup(writers.Wait)
	grid, err := basegrid.Load()
	if err != nil {
		t.Fatal(err)
	}
	here, _ := grid.InteriorPoint("440114002002")
	enough := make(chan struct{})
	for n := range 4 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				w := &write{key: fmt.Sprintf("drill-%d-%d", n, i), path: "/incidents", body: map[string]any{
					"source": "department", "description": fmt.Sprintf("演练 %d-%d", n, i), "photos": []string{photo},
					"reporter": map[string]any{"name": "张三", "phone": "13812345678"},
					"matter":   map[string]any{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"},
					"location": map[string]any{"lng": here[0], "lat": here[1], "crs": "wgs84"},
				}}
				if !w.send(t, desk) {
					t.Errorf("%s got no answer", w.key)
					return
				}
				mu.Lock()
				if acknowledged = append(acknowledged, w); len(acknowledged) == 40 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(time.Minute):
		close(stop)
		t.Fatalf("too few writes: %s", s.log)
	}
	for reader := s.login("supervisor"); ; time.Sleep(20 * time.Millisecond) { // until the first checkpoint is signed
		if status, _, _, err := reader.ask("GET", "/audit/checkpoint", "", nil); err != nil || status == 200 {
			break
		}
	}
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	backup(t, append([]string{first}, from...)...)
	position := backup(t, append([]string{second, "--since", first}, from...)...)
	close(stop)
	writers.Wait()
	accounts := must(t, append([]string{"user", "list", "--json"}, from...)...)
	if code := s.stop(); code != 0 {
		t.Fatalf("SIGTERM: exit %d\n%s", code, s.log)
	}
	facts := must(t, append([]string{"ledger", "tail", "-n", "1000000"}, from...)...)

	if out := must(t, append([]string{"restore", first, second}, to...)...); !strings.Contains(out, "\nseal gridcommand/440114/") {
		t.Errorf("the facts were not held against a checkpoint: %s", out)
	}
	if _, talk, code := tool(t, append([]string{"restore", first, second}, to...)...); code != 1 || !strings.Contains(talk, "not empty") {
		t.Errorf("a second time: exit %d: %s", code, talk)
	}
	lines := strings.SplitAfter(facts, "\n")
	if restored := must(t, append([]string{"ledger", "tail", "-n", "1000000"}, to...)...); restored != strings.Join(lines[:position], "") {
		t.Errorf("the restored ledger, %d facts, is not the one that was backed up at %d", strings.Count(restored, "\n"), position)
	}
	must(t, append([]string{"verify"}, to...)...)
	if restored := must(t, append([]string{"user", "list", "--json"}, to...)...); restored != accounts {
		t.Errorf("accounts: %s\nwere: %s", restored, accounts)
	}
	s = serve(to)
	desk = s.login("street")
	if got := desk.download(photo); fmt.Sprintf("%x", sha256.Sum256(got)) != photo {
		t.Error("the photo is not the one that was uploaded")
	}
	replayed := 0
	for _, w := range acknowledged {
		if w.position > int64(position) {
			continue // after the backup: it is as if it had never been
		}
		replayed++
		status, answer, header, err := desk.ask("POST", w.path, w.key, w.body)
		if err != nil || status != http.StatusCreated || header.Get("Idempotent-Replay") != "true" || answer["id"] != w.id || int64(answer["position"].(float64)) != w.position {
			t.Fatalf("%s was first answered with %s at %d, now: %d %v %v", w.key, w.id, w.position, status, answer, err)
		}
		if reporter, _ := answer["reporter"].(map[string]any); reporter["name"] != "张*" {
			t.Fatalf("the caller of %s did not come back: %v", w.key, answer["reporter"])
		}
	}
	if replayed < 40 {
		t.Errorf("only %d writes came before the backup", replayed)
	}
	after := &write{key: "drill-after", path: "/incidents/" + acknowledged[0].id + "/commands/comment", body: map[string]any{"text": "恢复之后"}}
	if !after.send(t, desk) || after.position <= int64(position) {
		t.Errorf("a new fact is at %d, the backup was of %d", after.position, position)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d\n%s", code, s.log)
	}
	must(t, append([]string{"verify"}, to...)...)
}

// must runs a command that has to end well.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, talk, code := tool(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit %d: %s%s", args, code, out, talk)
	}
	return out
}

// backup makes one and returns its position.
func backup(t *testing.T, args ...string) eventstore.Position {
	t.Helper()
	var r backupReply
	if err := json.Unmarshal([]byte(must(t, append([]string{"backup", "--json"}, args...)...)), &r); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(r.File); err != nil || info.Mode().Perm() != 0o600 || info.Size() != r.Bytes {
		t.Errorf("the file is %v, %d bytes of %d: %v", info.Mode(), info.Size(), r.Bytes, err)
	}
	return r.Position
}

// upload stores a photo and returns its id.
func (c *caller) upload() string {
	c.t.Helper()
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		c.t.Fatal(err)
	}
	var answer struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(c.raw(http.StatusCreated, "POST", "/photos", &picture), &answer); err != nil {
		c.t.Fatal(err)
	}
	return answer.ID
}

func (c *caller) download(photo string) []byte {
	return c.raw(http.StatusOK, "GET", "/photos/"+photo, nil)
}

func (c *caller) raw(status int, method, path string, body io.Reader) []byte {
	c.t.Helper()
	req, err := http.NewRequest(method, c.url+"/api/v1"+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "image/jpeg")
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		c.t.Fatalf("%s %s: %d, %v: %.200s", method, path, resp.StatusCode, err, data)
	}
	return data
}
