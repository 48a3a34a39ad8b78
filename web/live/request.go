package live

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/picture"
	"gridcommand/projections/wall"
	"gridcommand/projections/worklist"
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

// bye is the frame that says why.
func (f *fault) bye() []byte {
	text, _ := json.Marshal(map[string]any{"op": "bye", "code": f.code, "reason": f.text, "retry": comesBack(f.code)}) // always encodes
	return text
}

// short is the reason as far as a close frame has room for it: 123 bytes.
func (f *fault) short() string {
	text := f.text
	for len(text) > 123 {
		_, last := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-last]
	}
	return text
}

// parse reads a client's frame strictly: UTF-8, one JSON object, its names known,
// written as they are and once each.
func parse(data []byte) (request, error) {
	var r request
	if !utf8.Valid(data) {
		return r, badFrame("not UTF-8")
	}
	fields, err := object(data, "op", "ticket", "id", "view", "cells", "scope", "layers", "after", "to")
	if err != nil {
		return r, badFrame("not a frame: %v", err)
	}
	if after := fields["after"]; after != nil && string(after) != "null" {
		if _, err := object(after, "epoch", "position"); err != nil {
			return r, badFrame("after: %v", err)
		}
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, badFrame("not a frame: %v", err)
	}
	return r, nil
}

// object reads one JSON object whose names are among those given.
func object(data []byte, names ...string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the decoder lets nothing else stand here
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("unknown field %.40q", name)
		}
		if _, twice := fields[name]; twice {
			return nil, fmt.Errorf("field %q stands twice", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		fields[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return fields, nil
}

// check tells whether a frame is well formed and in its place: hello comes first
// and only there.
func (r request) check(limits Limits, greeted bool) error {
	switch {
	case !greeted && (r.Op != "hello" || r.Ticket == ""):
		return badFrame("the first frame is a hello with a ticket")
	case !greeted:
		return nil
	}
	switch r.Op {
	case "watch":
		return r.checkWatch(limits)
	case "unwatch":
		if r.ID == nil {
			return badFrame("unwatch: which id?")
		}
	case "ack":
		if r.ID == nil || r.To == nil || *r.To < 0 {
			return badFrame("ack: id, and to from 0, are needed")
		}
	default:
		return badFrame("op %.40q is none of watch, unwatch, ack", r.Op)
	}
	return nil
}

func (r request) checkWatch(limits Limits) error {
	switch {
	case r.ID == nil || *r.ID < 0:
		return badFrame("watch: id must be a number from 0")
	case r.View != "picture" && r.View != "worklist" && r.View != "wall":
		return badFrame("watch: view %.40q is none of picture, worklist, wall", r.View)
	case len(r.Cells) > limits.Cells:
		return badFrame("watch: more than %d cells", limits.Cells)
	case r.View != "picture" && len(r.Cells)+len(r.Layers) > 0:
		return badFrame("watch: cells and layers belong to picture")
	case r.View == "picture" && (len(r.Cells) > 0) == (r.Scope != ""):
		return badFrame("watch: a picture takes cells or a scope")
	case r.After != nil && (r.After.Epoch == "" || r.After.Position == nil || *r.After.Position < 0):
		return badFrame("watch: after needs an epoch and a position from 0")
	case len(r.Scope) > 64:
		return badFrame("watch: scope is no unit's code")
	}
	for _, l := range r.Layers {
		if l != "incidents" && l != "patrols" {
			return badFrame("watch: layer %.40q is none of incidents, patrols", l)
		}
	}
	for _, c := range r.Cells {
		if !isCell(c) {
			return badFrame("watch: %.40q is no cell like 14/13342/7106", c)
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

// selection returns the keys of what a watch wants to see, as its view knows them.
func (r request) selection(book *jurisdiction.Book, who jurisdiction.Person) []string {
	switch r.View {
	case "worklist":
		return worklist.Any(cmp.Or(r.Scope, who.Unit))
	case "wall":
		return wall.Any(cmp.Or(r.Scope, book.District()))
	}
	if len(r.Layers) > 0 && !slices.Contains(r.Layers, "incidents") {
		return nil
	}
	return picture.Any(r.Cells, r.Scope)
}

// permitted tells whether who may ask for this watch. What items are in it for them
// is decided item by item.
func (r request) permitted(book *jurisdiction.Book, who jurisdiction.Person) bool {
	switch r.View {
	case "worklist":
		return who.Role != jurisdiction.Screen && who.Role != jurisdiction.Admin && mayWatchUnit(book, who, cmp.Or(r.Scope, who.Unit))
	case "wall":
		return mayWatchArea(book, who, cmp.Or(r.Scope, book.District()))
	}
	return r.Scope == "" || mayWatchArea(book, who, r.Scope)
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
