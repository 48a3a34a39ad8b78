package basegrid

import "time"

// A Source knows the ground of every moment. What it says of one that has passed never
// changes.
type Source interface {
	At(t time.Time) *Grid
}

// At returns g, whatever the time: ground that is never divided anew is a [Source] too.
func (g *Grid) At(time.Time) *Grid { return g }

// Named returns g as another version: an edition's name is given where it is brought in.
func (g *Grid) Named(version string) *Grid {
	return &Grid{
		version: version, illustrative: g.illustrative, district: g.district, streets: g.streets, communities: g.communities,
		cells: g.cells, regions: g.regions, owners: g.owners, levels: g.levels,
	}
}
