package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gridcommand/cmd/clock"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/web/accounts"
	"gridcommand/workflow"
)

// adminSocket is where a running server takes orders from its own machine.
func (p place) adminSocket() string { return filepath.Join(p.dir, "admin.sock") }

// An order is what a command asks of the server that holds the ledger, or does
// itself where there is none.
type order struct {
	Do       string            `json:"do"` // "user add", "parked list", …
	Name     string            `json:"name,omitempty"`
	Role     jurisdiction.Role `json:"role,omitempty"`
	Unit     string            `json:"unit,omitempty"`
	Password string            `json:"password,omitempty"`
	Duties   accounts.Duties   `json:"duties,omitzero"`
	ID       int64             `json:"id,omitempty"`
	Views    []string          `json:"views,omitempty"`
	Table    *tableOrder       `json:"table,omitempty"`
	Grid     *gridOrder        `json:"grid,omitempty"`
}

// A reply is what came of an order.
type reply struct {
	Error    string             `json:"error,omitempty"`
	Accounts []accounts.Account `json:"accounts,omitempty"`
	Parked   []workflow.Parked  `json:"parked,omitempty"`
	Views    []string           `json:"views,omitempty"`
	Table    *tableReply        `json:"table,omitempty"`
	Tickets  *ticketsReply      `json:"tickets,omitempty"`
	Grid     *gridReply         `json:"grid,omitempty"`
}

// admin answers orders on the admin socket until ctx ends.
func (m *center) admin(ctx context.Context) error {
	path := m.place.adminSocket()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("admin socket: %w", err)
	}
	// A long folder name does not fit into a socket's address; relative, it does.
	listener, err := net.Listen("unix", shortest(path))
	if err != nil {
		return fmt.Errorf("admin socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = listener.Close()
		return fmt.Errorf("admin socket: %w", err)
	}
	server := &http.Server{ReadTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var o order
		if err := json.NewDecoder(io.LimitReader(r.Body, maxOrder)).Decode(&o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(m.carryOut(r.Context(), o))
	})}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), draining)
		defer cancel()
		_ = server.Shutdown(late)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("admin socket: %w", err)
	}
	<-stopped
	return nil
}

func shortest(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// carryOut does an order on the assembled center.
func (m *center) carryOut(ctx context.Context, o order) reply {
	var r reply
	var err error
	switch o.Do {
	case "user add":
		if _, known := m.book().Unit(o.Unit); !known {
			err = fmt.Errorf("no unit %q", o.Unit)
		} else if !m.book().Fits(o.Role, o.Unit) {
			err = fmt.Errorf("nobody of role %q belongs to unit %q", o.Role, o.Unit)
		} else if err = m.haveGrids(o.Duties.Grids); err == nil {
			err = m.accounts.Add(ctx, o.Name, o.Role, o.Unit, o.Password, o.Duties)
		}
	case "user duties":
		if err = m.haveGrids(o.Duties.Grids); err == nil {
			err = m.accounts.SetDuties(ctx, o.Name, o.Duties)
		}
	case "user passwd":
		err = m.accounts.SetPassword(ctx, o.Name, o.Password)
	case "user disable":
		err = m.accounts.Disable(ctx, o.Name)
	case "user list":
		r.Accounts, err = m.accounts.List(ctx)
	case "parked list":
		r.Parked, err = m.service.Parked(ctx)
	case "parked retry":
		err = m.service.Retry(ctx, o.ID)
	case "parked drop":
		err = m.service.Drop(ctx, o.ID)
	case "rebuild":
		r.Views, err = m.rebuild(ctx, o.Views)
	case "import table":
		if o.Table == nil {
			err = errors.New("no table")
		} else {
			r.Table, err = m.importTable(ctx, *o.Table)
		}
	case "import tickets":
		if o.Table == nil {
			err = errors.New("no file")
		} else {
			r.Tickets, err = m.importTickets(ctx, *o.Table)
		}
	case "import grid":
		if o.Grid == nil {
			err = errors.New("no file")
		} else {
			r.Grid, err = m.importGrid(ctx, *o.Grid)
		}
	default:
		err = fmt.Errorf("no order %q", o.Do)
	}
	if err == nil && strings.HasPrefix(o.Do, "user ") {
		err = m.library.Staff(ctx) // inspectors come and go
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

// haveGrids says which code is no grid of this district.
func (m *center) haveGrids(codes []string) error {
	for _, code := range codes {
		if _, _, known := m.grid().Cell(code); !known {
			return fmt.Errorf("no grid %q", code)
		}
	}
	return nil
}

// rebuild drops the named views, or all, and folds them anew.
func (m *center) rebuild(ctx context.Context, names []string) ([]string, error) {
	var chosen []*projections.Runner
	for _, r := range m.runners {
		if len(names) == 0 || contains(names, r.Name()) {
			chosen = append(chosen, r)
		}
	}
	for _, name := range names {
		found := false
		for _, r := range chosen {
			found = found || r.Name() == name
		}
		if !found {
			return nil, fmt.Errorf("no view %q", name)
		}
	}
	var done []string
	for _, r := range chosen {
		if err := r.Rebuild(ctx); err != nil {
			return done, fmt.Errorf("view %s: %w", r.Name(), err)
		}
		done = append(done, r.Name())
	}
	return done, nil
}

func contains(all []string, x string) bool {
	for _, y := range all {
		if x == y {
			return true
		}
	}
	return false
}

// send has an order done: by the server that runs on the place, or else here,
// with the place's lock taken.
func send(ctx context.Context, console *Console, p place, o order) (reply, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return reply{}, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", shortest(p.adminSocket()))
	}}}
	r, err := carried(ctx, client, console, p, o, body)
	// Whoever holds the folder and does not answer yet is just beginning, or ending.
	for patience := time.Now().Add(comingUp); errors.Is(err, eventstore.ErrInUse) && time.Now().Before(patience) && ctx.Err() == nil; {
		time.Sleep(comingUp / 100)
		r, err = carried(ctx, client, console, p, o, body)
	}
	switch {
	case err != nil:
		return reply{}, err
	case r.Error != "":
		return r, errors.New(r.Error)
	}
	return r, nil
}

// comingUp is how long a server may take from locking its folder to answering.
const comingUp = 15 * time.Second

// carried has the running server carry out an order, or does so itself where none runs.
func carried(ctx context.Context, client *http.Client, console *Console, p place, o order, body []byte) (r reply, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/", bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	if resp, err := client.Do(req); err == nil {
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
			return r, fmt.Errorf("the running server gave no answer: %w", err)
		}
		return r, nil
	}
	m, err := assemble(ctx, p, clock.Wall(), console.Log, nil)
	if err != nil {
		return r, err
	}
	defer m.Close()
	return m.carryOut(ctx, o), nil
}
