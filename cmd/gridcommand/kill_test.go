package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gridcommand/geo/basegrid"
)

// killCycles is how often the server is killed under load.
const killCycles = 50

// writersAtOnce write while the server is killed.
const writersAtOnce = 6

// A write is one thing asked of the server under a key of its own.
type write struct {
	key      string
	path     string
	body     map[string]any
	id       string // answered: the incident
	position int64  // answered: 0 while the outcome is not known
}

// TestKilledUnderLoad kills the server without warning, again and again, while
// clients write. Whatever was acknowledged is there once, at the position that was
// answered; what was not is there whole or not at all, and asking again under the
// same key settles it.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	staffed(t, "--data", dir)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	grid, err := basegrid.Load()
	if err != nil {
		t.Fatal(err)
	}
	here, _ := grid.InteriorPoint("440114002002")
	var acknowledged, open []*write
	for cycle := range killCycles {
		s := start(t, "serve", "--ledger", "sqlite:"+dir, "--listen", "127.0.0.1:0", "--log-level", "warn")
		desk := s.login("street")
		for _, w := range open { // what the last life left open is asked again
			if !w.send(t, desk) {
				t.Fatalf("cycle %d: a retry of %s got no answer from a healthy server", cycle, w.key)
			}
			acknowledged = append(acknowledged, w)
		}
		open = nil
		var mu sync.Mutex
		var writers sync.WaitGroup
		stop := make(chan struct{})
		for n := range writersAtOnce {
			mine := rand.New(rand.NewPCG(rnd.Uint64(), uint64(n)))
			writers.Go(func() {
				var last string
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					w := &write{key: fmt.Sprintf("%d-%d-%d", cycle, n, i)}
					if last == "" || mine.IntN(2) == 0 {
						w.path = "/incidents"
						w.body = map[string]any{
							"source": "department", "description": "写入 " + w.key,
							"matter":   map[string]any{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"},
							"location": map[string]any{"lng": here[0], "lat": here[1], "crs": "wgs84"},
						}
					} else {
						w.path, w.body = "/incidents/"+last+"/commands/comment", map[string]any{"text": "批注 " + w.key}
					}
					known := w.send(t, desk)
					mu.Lock()
					if known {
						acknowledged = append(acknowledged, w)
						last = w.id
					} else {
						open = append(open, w)
					}
					mu.Unlock()
					if !known {
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(20+rnd.IntN(120)) * time.Millisecond) // the random moment of the power cut
		s.kill()
		close(stop)
		writers.Wait()
	}
	s := start(t, "serve", "--ledger", "sqlite:"+dir, "--listen", "127.0.0.1:0", "--log-level", "warn")
	desk := s.login("street")
	for _, w := range open {
		if !w.send(t, desk) {
			t.Fatalf("a retry of %s got no answer from a healthy server", w.key)
		}
		acknowledged = append(acknowledged, w)
	}
	t.Logf("%d writes acknowledged over %d kills", len(acknowledged), killCycles)
	if len(acknowledged) < killCycles {
		t.Fatalf("only %d writes were acknowledged: this proves nothing", len(acknowledged))
	}
	for _, w := range acknowledged { // once more: the same answer, nothing new
		id, position := w.id, w.position
		if !w.send(t, desk) || w.id != id || w.position != position {
			t.Errorf("%s was first answered with %s at %d, now with %s at %d", w.key, id, position, w.id, w.position)
		}
	}
	if code := s.stop(); code != 0 {
		t.Fatalf("SIGTERM: exit %d\n%s", code, s.log)
	}
	facts, talk, code := tool(t, "ledger", "tail", "-n", "10000000", "--data", dir)
	if code != 0 {
		t.Fatalf("ledger tail: %s", talk)
	}
	for _, w := range acknowledged {
		if n := strings.Count(facts, "写入 "+w.key+`"`) + strings.Count(facts, "批注 "+w.key+`"`); n != 1 {
			t.Errorf("%s is in the ledger %d times", w.key, n)
		}
		if !strings.Contains(facts, fmt.Sprintf(`{"position":%d,`, w.position)) {
			t.Errorf("%s was acknowledged at position %d, which is not there", w.key, w.position)
		}
	}
	if out, talk, code := tool(t, "verify", "--data", dir); code != 0 {
		t.Errorf("verify: exit %d\n%s%s", code, out, talk)
	}
}

// send asks for w and tells whether the outcome is known. A refusal is a failure
// of the test: nothing here breaks a rule.
func (w *write) send(t *testing.T, c *caller) bool {
	status, answer, _, err := c.ask("POST", w.path, w.key, w.body)
	switch {
	case err != nil || status == http.StatusServiceUnavailable:
		return false
	case status == http.StatusCreated:
		w.id, w.position = answer["id"].(string), int64(answer["position"].(float64))
	case status == http.StatusOK:
		w.id, w.position = answer["incident"].(map[string]any)["id"].(string), int64(answer["position"].(float64))
	default:
		t.Errorf("%s: %d %v", w.key, status, answer)
		return false
	}
	return true
}
