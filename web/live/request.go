package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/picture"
)

// A request is a client's frame.
type request struct {
	Op     string   `json:"op"`
	Ticket string   `json:"ticket"`
	ID     *int64   `json:"id"`
	View   string   `json:"view"`
	Cells  []string `json:"cells"`
	Scope  string   `json:"scope"`
	Layers []string `json:"layers"`
	After  *after   `json:"after"`
	To     *int64   `json:"to"`
}

type after struct {
	Epoch    string `json:"epoch"`
	Position *int64 `json:"position"`
}

// A fault ends a socket: its code says why, its text is for the bye frame.
type fault struct {
	code int
	text string
}

func (f *fault) Error() string { return f.text }

func badFrame(format string, args ...any) error {
	return &fault{closeBadFrame, fmt.Sprintf(format, args...)}
}

// parse reads a client's frame strictly: one JSON object with known fields.
func parse(data []byte) (request, error) {
	var r request
	if !utf8.Valid(data) {
		return r, badFrame("not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, badFrame("not a frame: %v", err)
	}
	if dec.More() {
		return r, badFrame("something follows the frame")
	}
	return r, nil
}

// check tells whether a watch is well formed.
func (r request) check(limits Limits) error {
	switch {
	case r.ID == nil || *r.ID < 0:
		return badFrame("watch: id must be a number from 0")
	case r.View != "picture" && r.View != "worklist" && r.View != "wall":
		return badFrame("watch: view %q is none of picture, worklist, wall", r.View)
	case len(r.Cells) > limits.Cells:
		return badFrame("watch: more than %d cells", limits.Cells)
	case r.View != "picture" && len(r.Cells) > 0:
		return badFrame("watch: cells belong to picture")
	case r.View == "picture" && (len(r.Cells) > 0) == (r.Scope != ""):
		return badFrame("watch: a picture takes cells or a scope")
	case r.After != nil && (r.After.Epoch == "" || r.After.Position == nil || *r.After.Position < 0):
		return badFrame("watch: after needs an epoch and a position from 0")
	case len(r.Scope) > 64:
		return badFrame("watch: scope is no unit's code")
	}
	for _, l := range r.Layers {
		if l != "incidents" && l != "patrols" {
			return badFrame("watch: layer %q is none of incidents, patrols", l)
		}
	}
	for _, c := range r.Cells {
		if !isCell(c) {
			return badFrame("watch: %q is no cell like 14/13342/7106", c)
		}
	}
	return nil
}

func isCell(c string) bool {
	parts := strings.Split(c, "/")
	if len(parts) != 3 || parts[0] != "14" {
		return false
	}
	for _, p := range parts[1:] {
		if n, err := strconv.Atoi(p); err != nil || n < 0 || n >= 1<<14 || strconv.Itoa(n) != p {
			return false
		}
	}
	return true
}

var errOutOfScope = &fault{closeScope, "this view or scope is not yours"}

// keys returns the keys of a watch, as its view knows them.
func (r request) keys(book *jurisdiction.Book, who jurisdiction.Person) ([]string, error) {
	switch r.View {
	case "worklist":
		unit := r.Scope
		if unit == "" {
			unit = who.Unit
		}
		if who.Role == jurisdiction.Screen || who.Role == jurisdiction.Admin || !mayWatchUnit(book, who, unit) {
			return nil, errOutOfScope
		}
		return []string{"holder:" + unit}, nil
	case "wall":
		scope := r.Scope
		if scope == "" {
			scope = book.District()
		}
		if !mayWatchArea(book, who, scope) {
			return nil, errOutOfScope
		}
		return []string{"area:" + scope}, nil
	default:
		if r.Scope != "" && !mayWatchArea(book, who, r.Scope) {
			return nil, errOutOfScope
		}
		return picture.Any(r.Cells, r.Scope), nil
	}
}

// mayWatchUnit tells whether who may see what unit has in hand: the own unit's
// people, the desks above it, and the supervisor.
func mayWatchUnit(book *jurisdiction.Book, who jurisdiction.Person, unit string) bool {
	if _, known := book.Unit(unit); !known {
		return false
	}
	if who.Unit == unit || who.Role == jurisdiction.Supervisor {
		return true
	}
	own, ok := book.Unit(who.Unit)
	if !ok || !own.IsDesk() {
		return false
	}
	for at := unit; ; {
		above, more := book.DeskAbove(at)
		if !more {
			return false
		}
		if above == own.Code {
			return true
		}
		at = above
	}
}

// mayWatchArea tells whether who may watch an area's picture or wall. Figures of
// an area are for those whose unit serves it or lies above it; what items are in
// it for them is decided item by item.
func mayWatchArea(book *jurisdiction.Book, who jurisdiction.Person, area string) bool {
	u, known := book.Unit(area)
	if !known || !u.IsDesk() || who.Role == jurisdiction.Admin {
		return false
	}
	if who.Role == jurisdiction.Supervisor {
		return true
	}
	own, ok := book.Unit(who.Unit)
	return ok && (strings.HasPrefix(area, own.Area) || strings.HasPrefix(own.Area, area))
}

func asFault(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	return &fault{closeBadFrame, "bad frame"}
}
