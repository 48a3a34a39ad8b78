// Command mutants takes out of the program one fsync, one check, one checkpoint after
// the other, and runs the tests that must notice. It prints a table and exits with 1 if
// the tests do not notice one of them, or were not green before.
//
//	go run ./eventstore/simulate/mutants [-only TEXT] [-list]
//
// Nothing is written beside the program: go test sees each change through -overlay.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "run those mutants alone whose name holds this text")
	list := flag.Bool("list", false, "name the mutants and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, *list); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string, list bool) error {
	chosen := slices.DeleteFunc(slices.Clone(mutants), func(m mutant) bool { return !strings.Contains(m.name, only) })
	if list {
		for _, m := range chosen {
			fmt.Printf("%-62s %s\n", m.name, m.file)
		}
		return nil
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	green := map[string]error{} // what the tests say of the program as it is
	var wrong []string
	for _, m := range chosen {
		begun := time.Now()
		tests := strings.Join(m.test, " ")
		if _, ok := green[tests]; !ok {
			green[tests] = whole(ctx, m.test)
		}
		verdict := "noticed"
		if err := green[tests]; err != nil {
			verdict = fmt.Sprintf("NOT GREEN BEFORE: %v", err)
		} else if err := m.try(ctx, dir); err != nil {
			verdict = err.Error()
		}
		fmt.Printf("%-62s %-28s %5.1f s  %s\n", m.name, verdict, time.Since(begun).Seconds(), tests)
		if verdict != "noticed" {
			wrong = append(wrong, m.name)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	fmt.Printf("%d mutants, %d noticed\n", len(chosen), len(chosen)-len(wrong))
	if len(wrong) > 0 {
		return fmt.Errorf("not noticed: %s", strings.Join(wrong, "; "))
	}
	return nil
}

// whole runs tests on the program as it is.
func whole(ctx context.Context, test []string) error {
	out, err := goTest(ctx, test)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if bytes.Contains(out, []byte("no tests to run")) || bytes.Contains(out, []byte("no test files")) {
		return errors.New("there are no such tests")
	}
	return nil
}

// try returns nil if the tests notice m.
func (m mutant) try(ctx context.Context, dir string) error {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return fmt.Errorf("OUT OF DATE: %q is there %d times", m.old, n)
	}
	changed := filepath.Join(dir, filepath.Base(m.file))
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), m.old, m.new, 1)), 0o600); err != nil {
		return err
	}
	full, err := filepath.Abs(m.file)
	if err != nil {
		return err
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {full: changed}})
	if err != nil {
		return err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return err
	}
	out, err := goTest(ctx, append([]string{"-overlay", overlay}, m.test...))
	switch {
	case err == nil:
		return errors.New("SURVIVED")
	case bytes.Contains(out, []byte("[build failed]")), bytes.Contains(out, []byte("[setup failed]")):
		return fmt.Errorf("DOES NOT BUILD\n%s", out)
	}
	return nil
}

func goTest(ctx context.Context, args []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	return exec.CommandContext(ctx, "go", append([]string{"test", "-vet=off", "-failfast", "-timeout=3m"}, args...)...).CombinedOutput()
}
