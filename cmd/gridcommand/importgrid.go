package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/geo"
	"gridcommand/geo/basegrid"
	"gridcommand/workflow"
)

// ImportGridCmd divides the ground anew.
type ImportGridCmd struct {
	At
	File string `arg:"" type:"existingfile" help:"GeoJSON, a feature for each duty grid with its 15-digit code."`
	CRS  string `name:"crs" required:"" enum:"wgs84,gcj02,bd09,cgcs2000" help:"System of its coordinates: ${enum}."`
	Coming
}

// A gridOrder is a grid to bring in, as the admin socket carries it.
type gridOrder struct {
	File      []byte    `json:"file"` // packed with gzip
	CRS       geo.CRS   `json:"crs"`
	Effective time.Time `json:"effective,omitzero"`
	Version   string    `json:"version,omitempty"`
	Basis     string    `json:"basis,omitempty"`
	Note      string    `json:"note,omitempty"`
	DryRun    bool      `json:"dry_run,omitempty"`
}

// A gridReply is what came of it.
type gridReply struct {
	Faults    []string          `json:"faults"`
	Changes   []basegrid.Change `json:"changes"`
	Grids     int               `json:"grids"`
	Version   string            `json:"version,omitempty"`
	Effective time.Time         `json:"effective,omitzero"` // zero: nothing changes
	Position  int64             `json:"position"`
	DryRun    bool              `json:"dry_run"`
}

// maxOrder bounds an order on the admin socket. A grid of ten thousand duty grids, packed,
// is far below it.
const maxOrder = 64 << 20

// Run checks the file as a whole, shows what it changes, and lets it count.
func (c *ImportGridCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	o := gridOrder{CRS: geo.CRS(c.CRS), Version: c.Version, Basis: c.Basis, Note: c.Note, DryRun: c.DryRun}
	if o.Effective, err = c.effective(); err != nil {
		return err
	}
	if o.File, err = packedFile(c.File); err != nil {
		return err
	}
	r, err := send(ctx, console, p, order{Do: "import grid", Grid: &o})
	if err != nil {
		return err
	}
	return c.tell(console, r.Grid)
}

func packedFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.Copy(z, f); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() > maxOrder/2 {
		return nil, fmt.Errorf("%s: %d bytes even when packed; a district's grid has a small part of that", name, b.Len())
	}
	return b.Bytes(), nil
}

func (c *ImportGridCmd) tell(console *Console, r *gridReply) error {
	if r == nil {
		return errNoAnswer
	}
	if said, err := c.said(console, c.File, r, r.Faults); said {
		return err
	}
	count := map[string]int{}
	for _, x := range r.Changes {
		count[x.Kind]++
		switch x.Kind {
		case "added":
			fmt.Fprintf(console.Out, "+ %s %s  %.3f km²\n", x.Code, x.Name, x.AfterM2/1e6)
		case "removed":
			fmt.Fprintf(console.Out, "- %s %s  %.3f km²\n", x.Code, x.Name, x.BeforeM2/1e6)
		default:
			fmt.Fprintf(console.Out, "~ %s %s  %.3f → %.3f km²\n", x.Code, x.Name, x.BeforeM2/1e6, x.AfterM2/1e6)
		}
	}
	sum := fmt.Sprintf("%d grids: %d added, %d changed, %d removed", r.Grids, count["added"], count["changed"], count["removed"])
	switch {
	case r.Effective.IsZero():
		fmt.Fprintln(console.Out, "no change")
	case r.DryRun:
		fmt.Fprintf(console.Out, "would be %s\n", sum)
	default:
		fmt.Fprintf(console.Out, "%s; grid %s counts from %s\n", sum, r.Version, r.Effective.In(deadline.CST).Format(time.RFC3339))
	}
	return nil
}

// importGrid divides the ground anew, or says what is wrong with the file.
func (m *center) importGrid(ctx context.Context, o gridOrder) (*gridReply, error) {
	r := &gridReply{Faults: []string{}, Changes: []basegrid.Change{}, DryRun: o.DryRun}
	z, err := gzip.NewReader(bytes.NewReader(o.File))
	if err != nil {
		return r, fmt.Errorf("the file did not come through: %w", err)
	}
	grid, faults, err := basegrid.ReadGeoJSON(z, o.CRS)
	if err != nil {
		return r, err
	}
	for _, f := range faults {
		r.Faults = append(r.Faults, f.String())
	}
	if len(faults) > 0 {
		return r, nil
	}
	if o.Version != "" {
		grid = grid.Named(o.Version)
	}
	last, err := m.lastFact(ctx)
	if err != nil {
		return r, err
	}
	at := m.clock.Now() // not before what the ledger already holds, whatever clock it went by
	if last.After(at) {
		at = last
	}
	drawn, err := m.service.Draw(ctx, workflow.Drawing{
		Grid: grid, Effective: o.Effective, Basis: o.Basis, Note: o.Note, DryRun: o.DryRun, Options: workflow.Options{At: at},
	}, operator)
	if wrong, ok := errors.AsType[*workflow.GroundError](err); ok {
		r.Faults = wrong.Faults
		return r, nil
	}
	r.Grids, r.Changes, r.Version = len(grid.Cells()), drawn.Changes, drawn.Version
	r.Effective, r.Position = drawn.Effective, drawn.Position
	return r, err
}
