// Makegrid draws the illustrative base grid: streets, communities and duty
// grids with real names and codes, and invented lines between them.
//
//	go run ./geo/makegrid
//
// The drawing is a pure function of the data files and a seed: the same input
// gives the same bytes. It goes in four steps, one file each.
//
//  1. plan.go    shares the ground out on a raster: streets by area, communities
//     inside streets, and a site for every grid inside its community.
//  2. voronoi.go gives every site the ground that is nearest to it. An edge has
//     the same two ends for both its neighbours, because an end is computed from
//     the three sites around it and from nothing else.
//  3. faces.go   bends the edges a little, cuts them where they meet the outline
//     and walks around every face that this leaves.
//  4. number.go  gives grids their codes and writes arcs.
//
// All coordinates are whole micro-degrees up to the cut at the outline.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
)

func main() {
	data := flag.String("data", "geo/basegrid/data", "folder of the input files and of grid.json")
	picture := flag.String("picture", "", "also write a PNG picture to this file")
	flag.Parse()
	if err := run(*data, *picture); err != nil {
		fmt.Fprintln(os.Stderr, "makegrid:", err)
		os.Exit(1)
	}
}

func run(data, picture string) error {
	root, err := os.OpenRoot(data)
	if err != nil {
		return err
	}
	defer root.Close()
	d, err := makeGrid(root.FS())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := d.file().Write(&b); err != nil {
		return err
	}
	if err := root.WriteFile("grid.json", b.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, d.summary())
	if picture == "" {
		return nil
	}
	return d.paint(picture)
}

// makeGrid makes the whole grid from the data files.
func makeGrid(data fs.FS) (*drawing, error) {
	in, err := read(data)
	if err != nil {
		return nil, err
	}
	p := share(in)
	cells, err := voronoi(p.sites, in.outline)
	if err != nil {
		return nil, err
	}
	faces, err := trace(p.sites, cells, in.outline)
	if err != nil {
		return nil, err
	}
	return number(in, p, faces)
}
