package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// below names what each part of the program may know besides itself:
// cmd → web → workflow, projections → eventstore, domain, geo.
var below = map[string][]string{
	"cmd":         {"web", "workflow", "projections", "eventstore", "domain", "geo"},
	"web":         {"workflow", "projections", "eventstore", "domain", "geo"},
	"workflow":    {"eventstore", "domain", "geo"},
	"projections": {"eventstore", "domain", "geo"},
	"eventstore":  nil,
	"domain":      nil,
	"geo":         nil,
}

// impure is what rules must not reach for: clocks come in as values, and so does
// everything else from outside.
var impure = []string{"context", "crypto/rand", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec", "sync", "syscall"}

// partOf returns the folder at the top of the module that a package lies in; false
// for packages of others.
func partOf(pkg string) (string, bool) {
	rest, ours := strings.CutPrefix(pkg, "gridcommand/")
	part, _, _ := strings.Cut(rest, "/")
	return part, ours
}

// against says what is wrong with from knowing to; empty: nothing is.
func against(from, to string, test bool) string {
	part, _ := partOf(from)
	other, ours := partOf(to)
	first, _, _ := strings.Cut(to, "/")
	standard := !strings.Contains(first, ".")
	switch {
	case ours && other != part && !slices.Contains(below[part], other):
		return part + " does not know " + other
	case part != "domain" || ours || test:
		return ""
	case !standard && to != "github.com/paulmach/orb":
		return "the domain knows the standard library and orb"
	case standard && slices.Contains(impure, to):
		return "rules are pure"
	}
	return ""
}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	text, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "gridcommand/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for _, p := range packages(t) {
		part, _ := partOf(p.ImportPath)
		if _, known := below[part]; !known {
			t.Errorf("%s lies in a folder that ARCHITECTURE.md does not name", p.ImportPath)
		}
		met[part] = true
		for _, to := range p.Imports {
			if why := against(p.ImportPath, to, false); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, to, why)
			}
		}
		for _, to := range append(p.TestImports, p.XTestImports...) {
			if why := against(p.ImportPath, to, true); why != "" {
				t.Errorf("a test of %s imports %s: %s", p.ImportPath, to, why)
			}
		}
	}
	for part := range below {
		if !met[part] {
			t.Errorf("nothing lies in %s: the arrows prove nothing about it", part)
		}
	}
}

// The rule itself is held against arrows that must not be.
func TestArrowsThatMustNotBe(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"gridcommand/eventstore", "gridcommand/domain"},
		{"gridcommand/eventstore/sqlite", "gridcommand/geo/basegrid"},
		{"gridcommand/domain/incident", "gridcommand/eventstore"},
		{"gridcommand/domain/reference", "gridcommand/geo"},
		{"gridcommand/geo/basegrid", "gridcommand/domain"},
		{"gridcommand/geo", "gridcommand/eventstore"},
		{"gridcommand/workflow", "gridcommand/projections"},
		{"gridcommand/projections/picture", "gridcommand/workflow"},
		{"gridcommand/projections", "gridcommand/web/live"},
		{"gridcommand/workflow", "gridcommand/web/api"},
		{"gridcommand/web/api", "gridcommand/cmd/clock"},
		{"gridcommand/domain/incident", "github.com/google/uuid"},
		{"gridcommand/domain/incident", "github.com/paulmach/orb/geojson"},
		{"gridcommand/domain/deadline", "math/rand/v2"},
		{"gridcommand/domain/deadline", "os"},
	} {
		if against(c[0], c[1], false) == "" {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
}
