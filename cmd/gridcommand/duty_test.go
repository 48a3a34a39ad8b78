package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/web/accounts"
)

// A visit goes to the inspector of the grid, from the caller's report to the list on
// the phone: accounts, duty, workflow and views together.
func TestAVisitReachesTheGridsInspector(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	const guihua = "440114002002"
	m, err := assemble(ctx, place{dir: t.TempDir()}, clock.Standing(nine), slog.New(slog.DiscardHandler), func(ctx context.Context, a *accounts.Store) error {
		for _, add := range []struct {
			name  string
			role  jurisdiction.Role
			unit  string
			grids []string
		}{
			{"own", jurisdiction.Inspector, guihua, []string{guihua + "001"}},
			{"next", jurisdiction.Inspector, guihua, []string{guihua + "002"}},
			{"hotline", jurisdiction.Hotline, "440114", nil},
		} {
			if err := a.Add(ctx, add.name, add.role, add.unit, password, accounts.Duties{Grids: add.grids}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	m.work(ctx, &g)
	t.Cleanup(func() {
		stop()
		if err := finish(m, g.Wait()); err != nil {
			t.Error(err)
		}
	})
	ask := func(who, method, path string, body any) map[string]any {
		t.Helper()
		session, err := m.accounts.Login(ctx, who, password)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(ctx, method, "/api/v1"+path, bytes.NewReader(text))
		if body != nil {
			r.Header.Set("Content-Type", "application/json")
		}
		r.Header.Set("Authorization", "Bearer "+session.Token)
		w := httptest.NewRecorder()
		m.site.ServeHTTP(w, r)
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code >= http.StatusBadRequest {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return answer
	}

	ask("next", "POST", "/patrols/duty", map[string]any{"on": true})
	p, _ := m.grid().InteriorPoint(guihua + "001")
	id := ask("hotline", "POST", "/incidents", map[string]any{
		"source": "hotline", "description": "市场东门积水", "location": map[string]any{"lng": p[0], "lat": p[1], "crs": "wgs84", "address": "桂花市场东门"},
	})["id"].(string)
	if err := m.service.Idle(ctx); err != nil {
		t.Fatal(err)
	}
	file := ask("hotline", "GET", "/incidents/"+id, nil)
	tasked, _ := file["tasked"].(map[string]any)
	if tasked["person"] != "own" || tasked["why"] != "本格网格员，不在岗" {
		t.Fatalf("tasked: %v", file["tasked"])
	}
	for _, v := range m.runners {
		if err := v.RunToEnd(ctx); err != nil {
			t.Fatal(err)
		}
	}
	mine := ask("own", "GET", "/tasks/mine", nil)["items"].([]any)
	if len(mine) != 1 || mine[0].(map[string]any)["mine"] != true || mine[0].(map[string]any)["address"] != "桂花市场东门" {
		t.Errorf("own has to go to %v", mine)
	}
	if others := ask("next", "GET", "/tasks/mine", nil)["items"].([]any); len(others) != 0 {
		t.Errorf("next has to go to %v", others)
	}
}
