package basegrid

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// Grid is one version of the ground.
type Grid struct{}

// Load returns the embedded illustrative grid.
func Load() (*Grid, error) { panic("soon") }

func (g *Grid) Locate(p orb.Point) (Cell, bool)                       { panic("soon") }
func (g *Grid) Version() string                                       { panic("soon") }
func (g *Grid) Illustrative() bool                                    { panic("soon") }
func (g *Grid) Cell(code string) (Cell, orb.MultiPolygon, bool)       { panic("soon") }
func (g *Grid) Cells() []Cell                                         { panic("soon") }
func (g *Grid) Streets() []Area                                       { panic("soon") }
func (g *Grid) Communities() []Area                                   { panic("soon") }
func (g *Grid) CommunityCells(code string) []Cell                     { panic("soon") }
func (g *Grid) Feature(code string) (*geojson.Feature, bool)          { panic("soon") }
func (g *Grid) InteriorPoint(code string) (orb.Point, bool)           { panic("soon") }
func (g *Grid) RandomPoint(code string, rnd func() float64) orb.Point { panic("soon") }
func (g *Grid) Bound() orb.Bound                                      { panic("soon") }
func (g *Grid) Tile(layer string, z, x, y uint32) ([]byte, bool)      { panic("soon") }
func (g *Grid) DensityTile(z, x, y uint32, counts map[string]int) []byte {
	panic("soon")
}
func (g *Grid) TileJSON(layer, baseURL string) ([]byte, bool) { panic("soon") }
