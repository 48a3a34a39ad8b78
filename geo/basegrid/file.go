package basegrid

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A File is the stored form of a grid, written by makegrid. It is a topology:
// every stretch of boundary between two junctions is stored once, as an arc,
// and both neighbours refer to it. So they cannot disagree about their edge.
type File struct {
	Version      string     `json:"version"`
	Illustrative bool       `json:"illustrative"`
	Unit         string     `json:"unit"` // prose; always [fileUnit]
	District     FileArea   `json:"district"`
	Streets      []FileArea `json:"streets"`
	Communities  []FileArea `json:"communities"`
	// Arcs are x0, y0, Δx1, Δy1, Δx2, … in lattice units.
	Arcs []FileArc `json:"arcs"`
	// Cells are ordered by code.
	Cells []FileCell `json:"cells"`
}

// A FileArea names a unit that owns ground.
type FileArea struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// A FileArc is one stretch of boundary, ends included.
type FileArc []int64

// A FileCell is a grid and its boundary, counter-clockwise: arc k as k+1, or
// as −(k+1) when it is followed from its end to its start.
type FileCell struct {
	Code string `json:"code"`
	Ring []int  `json:"ring"`
}

const fileUnit = "1e-9 degree, WGS-84, longitude first"

// NewArc returns the stored form of a stretch of boundary.
func NewArc(line []Vertex) FileArc {
	arc := make(FileArc, 0, 2*len(line))
	var last Vertex
	for _, v := range line {
		arc = append(arc, v.X-last.X, v.Y-last.Y)
		last = v
	}
	return arc
}

// Line returns the vertices of the arc.
func (a FileArc) Line() []Vertex {
	line := make([]Vertex, 0, len(a)/2)
	var at Vertex
	for i := 0; i+1 < len(a); i += 2 {
		at.X += a[i]
		at.Y += a[i+1]
		line = append(line, at)
	}
	return line
}

// Write stores f, one arc or cell a line, so that a change can be read as a
// difference of lines.
func (f File) Write(w io.Writer) error {
	f.Unit = fileUnit
	var b strings.Builder
	var err error
	put := func(name string, v any) {
		raw, e := json.Marshal(v)
		err = errors.Join(err, e)
		fmt.Fprintf(&b, "%q:%s,\n", name, raw)
	}
	b.WriteString("{")
	put("version", f.Version)
	put("illustrative", f.Illustrative)
	put("unit", f.Unit)
	put("district", f.District)
	lines(&b, "streets", f.Streets, &err)
	b.WriteString(",\n")
	lines(&b, "communities", f.Communities, &err)
	b.WriteString(",\n")
	lines(&b, "arcs", f.Arcs, &err)
	b.WriteString(",\n")
	lines(&b, "cells", f.Cells, &err)
	b.WriteString("}\n")
	if err != nil {
		return fmt.Errorf("basegrid: write: %w", err)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func lines[T any](b *strings.Builder, name string, items []T, err *error) {
	fmt.Fprintf(b, "%q:[", name)
	for i, item := range items {
		raw, e := json.Marshal(item)
		*err = errors.Join(*err, e)
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		b.Write(raw)
	}
	b.WriteString("]")
}
