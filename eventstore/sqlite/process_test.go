package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqlite"
)

// Some promises are about other processes and about dying. For these the test
// binary starts itself in a role.
const (
	roleVariable = "GRIDCOMMAND_SQLITE_TEST_ROLE"
	dirVariable  = "GRIDCOMMAND_SQLITE_TEST_DIR"
)

func fact(stream eventstore.Stream) eventstore.Append {
	return eventstore.Append{Writes: []eventstore.Write{{Stream: stream, Drafts: []eventstore.Draft{
		{Type: "test.happened", At: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), Data: []byte(`{"said":"花都"}`)},
	}}}}
}

// play is what the process does in its role. It returns its exit code.
func play(role, dir string) int {
	ctx := context.Background()
	if role == "full" {
		if err := limitFiles(); err != nil {
			fmt.Println("limit", err)
			return 1
		}
	}
	s, err := sqlite.Open(ctx, dir, nil)
	switch {
	case errors.Is(err, eventstore.ErrInUse):
		fmt.Println("in use")
		return 0
	case err != nil:
		fmt.Println("open", err)
		return 1
	}
	fmt.Println("open")
	switch role {
	case "write":
		writeForEver(ctx, s)
	case "full":
		return writeUntilFailure(ctx, s)
	}
	return 0
}

// writeForEver appends from many goroutines, two facts to two streams each time,
// and says so after each answer. Somebody kills it.
func writeForEver(ctx context.Context, s *sqlite.Store) {
	var out sync.Mutex
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d.%d.%d", os.Getpid(), c, i)
				a := fact(eventstore.StreamOf("left", id))
				a.Writes = append(a.Writes, fact(eventstore.StreamOf("right", id)).Writes...)
				a.Key = eventstore.Key{Scope: "child", ID: id}
				r, err := s.Append(ctx, a)
				out.Lock()
				if err != nil {
					fmt.Println("error", err)
				} else {
					fmt.Println("stored", id, r.First)
				}
				out.Unlock()
			}
		})
	}
	wg.Wait()
}

// limitFiles makes writes beyond a megabyte fail, as a disk does that fails.
func limitFiles() error {
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: syscall.RLIM_INFINITY & (1<<63 - 1)})
}

func writeUntilFailure(ctx context.Context, s *sqlite.Store) int {
	a := fact("incident-1")
	a.Writes[0].Drafts[0].Data = []byte(`"` + strings.Repeat("x", 20_000) + `"`)
	var err error
	stored := 0
	for ; err == nil && stored < 1000; stored++ {
		_, err = s.Append(ctx, a)
	}
	fmt.Println("stored", stored-1)
	if !errors.Is(err, eventstore.ErrFailed) {
		fmt.Println("the first failure is", err)
		return 1
	}
	// The disk is well again, but what the failure left behind is not known.
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 40, Max: syscall.RLIM_INFINITY & (1<<63 - 1)}); err != nil {
		fmt.Println("limit", err)
		return 1
	}
	if _, err := s.Append(ctx, fact("incident-2")); !errors.Is(err, eventstore.ErrFailed) {
		fmt.Println("an append after the failure answers", err)
		return 1
	}
	if head, err := s.Head(ctx); err != nil || int(head) != stored-1 {
		fmt.Println("head after the failure", head, err)
		return 1
	}
	return 0
}

func child(t *testing.T, role, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestASecondProcessOnTheFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	if out, err := child(t, "open", dir).Output(); err != nil || string(out) != "in use\n" {
		t.Errorf("the second process says %q, %v", out, err)
	}
	appendOne(t, s, "incident-1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := child(t, "open", dir).Output(); err != nil || string(out) != "open\n" {
		t.Errorf("after Close it says %q, %v", out, err)
	}
}

func TestAfterADiskErrorNothingIsTakenUntilOpenedAnew(t *testing.T) {
	dir := t.TempDir()
	out, err := child(t, "full", dir).Output()
	if err != nil {
		t.Fatalf("%s%v", out, err)
	}
	var stored int64
	if _, err := fmt.Sscanf(string(out), "open\nstored %d", &stored); err != nil || stored == 0 {
		t.Fatalf("the process says %q", out)
	}
	s := open(t, dir, nil)
	report, err := eventstore.Verify(t.Context(), s)
	if err != nil || !report.Sound() || report.Facts < stored {
		t.Errorf("%d facts were acknowledged, report %+v, %v", stored, report, err)
	}
	appendOne(t, s, "incident-2")
}

func TestWhatWasAcknowledgedSurvivesKill9WholeAndOnce(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[string]eventstore.Position{}
	for cycle := range 6 {
		cmd := child(t, "write", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			var id string
			var first eventstore.Position
			if n == 0 {
				if lines.Text() != "open" {
					t.Fatalf("the process says %q", lines.Text())
				}
				continue
			}
			if _, err := fmt.Sscanf(lines.Text(), "stored %s %d", &id, &first); err != nil {
				t.Fatalf("the process says %q", lines.Text())
			}
			acknowledged[id] = first
			if n == 20+37*cycle { // in the midst of the next commits
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()

		s := open(t, dir, nil)
		report, err := eventstore.Verify(t.Context(), s)
		if err != nil || !report.Sound() {
			t.Fatalf("cycle %d: report %+v, %v", cycle, report, err)
		}
		if report.Facts != report.Streams || report.Facts%2 != 0 {
			t.Errorf("cycle %d: %d facts in %d streams: something is half done or done twice", cycle, report.Facts, report.Streams)
		}
		for id, first := range acknowledged {
			r, known, err := s.Lookup(t.Context(), eventstore.Key{Scope: "child", ID: id})
			if err != nil || !known || r.First != first {
				t.Fatalf("cycle %d: append %s was acknowledged at %d, now %+v, known %v, %v", cycle, id, first, r, known, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
