package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A follower is a browser's fold of one watch: what it was sent, applied.
type follower struct {
	t        testing.TB
	view     string
	scope    string
	epoch    string
	position int64
	items    map[string]json.RawMessage
	resets   []string
	repeats  int
}

type liveFrame struct {
	Op       string            `json:"op"`
	From     int64             `json:"from"`
	To       int64             `json:"to"`
	Epoch    string            `json:"epoch"`
	Position int64             `json:"position"`
	Part     int               `json:"part"`
	Of       int               `json:"of"`
	Put      []json.RawMessage `json:"put"`
	Gone     []string          `json:"gone"`
	Reason   string            `json:"reason"`
	Code     int               `json:"code"`
	At       time.Time         `json:"at"`
}

func newFollower(t testing.TB, view, scope string) *follower {
	return &follower{t: t, view: view, scope: scope, items: map[string]json.RawMessage{}}
}

// connect opens a socket as c and asks for what this follower has not seen.
func (f *follower) connect(c *caller) *websocket.Conn {
	f.t.Helper()
	ticket := c.must(http.StatusCreated, "POST", "/live/tickets", "", map[string]any{})["ticket"].(string)
	dialer := websocket.Dialer{Subprotocols: []string{"gridcommand.1"}}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(c.url, "http")+"/api/v1/live", nil)
	if err != nil {
		f.t.Fatalf("opening a socket: %v", err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	watch := map[string]any{"op": "watch", "id": 1, "view": f.view, "scope": f.scope}
	if f.epoch != "" {
		watch["after"] = map[string]any{"epoch": f.epoch, "position": f.position}
	}
	for _, frame := range []any{map[string]any{"op": "hello", "ticket": ticket}, watch} {
		if err := conn.WriteJSON(frame); err != nil {
			f.t.Fatalf("asking for a watch: %v", err)
		}
	}
	return conn
}

// take applies the next frame; false when the socket ended.
func (f *follower) take(conn *websocket.Conn) bool {
	f.t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	_, data, err := conn.ReadMessage()
	if err != nil {
		return false
	}
	more, err := f.apply(data)
	if err != nil {
		f.t.Fatal(err)
	}
	if f.repeats > 0 {
		f.t.Fatal("the server repeated a frame: from is not the last to")
	}
	return more
}

// apply folds one frame, as a browser does; false when the server said goodbye.
func (f *follower) apply(data []byte) (bool, error) {
	var frame liveFrame
	if err := json.Unmarshal(data, &frame); err != nil {
		return false, fmt.Errorf("a frame that is not JSON: %w", err)
	}
	switch frame.Op {
	case "reset":
		f.resets = append(f.resets, frame.Reason)
	case "snapshot":
		if frame.Part == 1 {
			f.items = map[string]json.RawMessage{}
		}
		f.epoch, f.position = frame.Epoch, frame.Position
		f.put(frame.Put)
	case "frame":
		if frame.From < f.position && frame.To <= f.position {
			f.repeats++ // harmless to a fold, but not what the server promises
			return true, nil
		}
		if frame.From != f.position {
			return false, fmt.Errorf("a gap: the frame begins after %d, the last one ended at %d", frame.From, f.position)
		}
		for _, id := range frame.Gone {
			delete(f.items, id)
		}
		f.put(frame.Put)
		f.position = frame.To
	case "bye":
		return false, nil
	default:
		return false, fmt.Errorf("a frame of no kind: %s", data)
	}
	return true, nil
}

// TestFramesMeanTheSameHereAndInTheBrowser folds the golden frames that the pages'
// own fold is tested with.
func TestFramesMeanTheSameHereAndInTheBrowser(t *testing.T) {
	files, err := filepath.Glob("../../web/ui/testdata/frames/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden frames: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var golden struct {
				Frames []json.RawMessage `json:"frames"`
				Gap    bool              `json:"gap"`
				Board  struct {
					Epoch    string           `json:"epoch"`
					Position int64            `json:"position"`
					Items    []map[string]any `json:"items"`
				} `json:"board"`
			}
			if err := json.Unmarshal(text, &golden); err != nil {
				t.Fatal(err)
			}
			f := newFollower(t, "picture", "440114")
			gap := false
			for _, frame := range golden.Frames {
				if _, err := f.apply(frame); err != nil {
					gap = true
					break
				}
			}
			want := map[string]any{}
			for _, item := range golden.Board.Items {
				want[item["id"].(string)] = item
			}
			have := map[string]any{}
			for id, item := range f.items {
				var decoded map[string]any
				if err := json.Unmarshal(item, &decoded); err != nil {
					t.Fatal(err)
				}
				have[id] = decoded
			}
			if gap != golden.Gap || f.epoch != golden.Board.Epoch || f.position != golden.Board.Position || !reflect.DeepEqual(have, want) {
				t.Errorf("gap %t, epoch %s, position %d, items %v; want gap %t and %+v", gap, f.epoch, f.position, have, golden.Gap, golden.Board)
			}
		})
	}
}

func (f *follower) put(items []json.RawMessage) {
	f.t.Helper()
	for _, item := range items {
		var named struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(item, &named); err != nil || named.ID == "" {
			f.t.Fatalf("an item without an id: %s", item)
		}
		f.items[named.ID] = item
	}
}

// until applies frames until done.
func (f *follower) until(conn *websocket.Conn, what string, done func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); {
		if !f.take(conn) || time.Now().After(deadline) {
			f.t.Fatalf("the socket ended before %s (position %d)", what, f.position)
		}
	}
}

// sameAsPicture compares the fold with what GET /picture says at the same position.
func (f *follower) sameAsPicture(c *caller, position int64) {
	f.t.Helper()
	answer := c.get(fmt.Sprintf("/picture?scope=%s&min_position=%d", f.scope, position))
	if at := int64(answer["position"].(float64)); at != f.position {
		f.t.Fatalf("picture stands at %d, the follower at %d", at, f.position)
	}
	want := map[string]any{}
	for _, feature := range answer["features"].([]any) {
		want[feature.(map[string]any)["id"].(string)] = feature
	}
	have := map[string]any{}
	for id, item := range f.items {
		var feature any
		if err := json.Unmarshal(item, &feature); err != nil {
			f.t.Fatal(err)
		}
		have[id] = feature
	}
	if !reflect.DeepEqual(have, want) {
		f.t.Fatalf("the follower holds %d features, the picture %d, and they differ", len(have), len(want))
	}
}
