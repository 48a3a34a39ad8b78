package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/sqlite"
)

// What dies must be another process: the test binary starts itself in a role.
const (
	roleVariable   = "GRIDCOMMAND_FAULTS_ROLE"
	ledgerVariable = "GRIDCOMMAND_FAULTS_LEDGER" // a folder or the URL of a PostgreSQL database
	lifeVariable   = "GRIDCOMMAND_FAULTS_LIFE"   // makes the ids of one process its own
)

func openAt(ctx context.Context, where string) (eventstore.Store, error) {
	if strings.HasPrefix(where, "postgres:") {
		return postgres.Open(ctx, where, nil)
	}
	return sqlite.Open(ctx, where, nil)
}

// play is what the process does in its role.
func play(role string) int {
	ctx := context.Background()
	s, err := openAt(ctx, os.Getenv(ledgerVariable))
	if err != nil {
		fmt.Println("open", err)
		return 3
	}
	fmt.Println("ready")
	life := os.Getenv(lifeVariable)
	switch role {
	case "write": // until killed, or until the ledger has failed
		return write(ctx, s, life, 8)
	case "one": // one append and away, by an orderly end
		if err := errors.Join(say(ctx, s, life+".one"), s.Close()); err != nil {
			return 4
		}
		return 0
	case "open":
		return 0
	}
	return 2
}

// write appends from many goroutines and says what became of each append.
func write(ctx context.Context, s eventstore.Store, life string, writers int) int {
	var wg sync.WaitGroup
	for n := range writers {
		wg.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%s.%d.%d", life, n, i)
				if i%10 == 9 {
					refuse(ctx, s, id)
					continue
				}
				if err := say(ctx, s, id); errors.Is(err, eventstore.ErrFailed) {
					return
				}
			}
		})
	}
	wg.Wait()
	return 4
}

var out sync.Mutex

func report(format string, args ...any) {
	out.Lock()
	defer out.Unlock()
	fmt.Printf(format+"\n", args...)
}

func say(ctx context.Context, s eventstore.Store, id string) error {
	report("asking %s", id)
	r, err := s.Append(ctx, pair(id))
	if err != nil {
		report("error %s %v", id, err)
		return err
	}
	report("stored %s %d", id, r.First)
	return nil
}

func refuse(ctx context.Context, s eventstore.Store, id string) {
	if _, err := s.Append(ctx, impossible(id)); errors.Is(err, eventstore.ErrConflict) {
		report("refused %s", id)
	} else {
		report("error %s %v", id, err)
	}
}

// A life is a process that writes, and what it said.
type life struct {
	cmd  *exec.Cmd
	tale *tale
	over chan struct{} // closed when it has ended and all is read
}

// begin starts a process in a role and returns when it is ready or gone. each is
// called after each line it says, with the number of appends acknowledged so far.
func begin(t *testing.T, role, where, name string, told *tale, each func(l *life, acknowledged int)) *life {
	t.Helper()
	return beginAs(t, exec.CommandContext(t.Context(), os.Args[0]), role, where, name, told, each)
}

func beginAs(t *testing.T, cmd *exec.Cmd, role, where, name string, told *tale, each func(l *life, acknowledged int)) *life {
	t.Helper()
	cmd.Env = append(os.Environ(), roleVariable+"="+role, ledgerVariable+"="+where, lifeVariable+"="+name)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what a tool starts dies with it
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l := &life{cmd: cmd, tale: told, over: make(chan struct{})}
	ready := make(chan struct{})
	go func() {
		defer close(l.over)
		first, n := true, 0
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			if first {
				first = false
				if lines.Text() != "ready" {
					told.hear(lines.Text())
				}
				close(ready)
				continue
			}
			if told.hear(lines.Text()) {
				n++
			}
			if each != nil {
				each(l, n)
			}
		}
		if first {
			close(ready)
		}
		_ = cmd.Wait()
	}()
	<-ready
	return l
}

func (l *life) kill() { _ = syscall.Kill(-l.cmd.Process.Pid, syscall.SIGKILL) }
