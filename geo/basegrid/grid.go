// Package basegrid is the ground divided: duty grids, the communities and
// streets they make up, and the question which grid owns a point.
//
// What stays true:
//
//   - Every coordinate is a whole number of [Lattice] units, and every test of
//     a point against a grid is exact integer arithmetic.
//   - Neighbours share their edge vertex for vertex. A community is exactly the
//     union of its grids, a street of its communities: their outlines are what
//     is left of the grids' edges when those that run both ways cancel.
//   - A point inside the district has exactly one owner. On a shared edge or
//     corner that is the grid with the lowest code.
//   - The embedded grid is illustrative and says so in every feature and tile.
package basegrid

// A Cell is one duty grid: its 15-digit code, the units it belongs to and
// their names.
type Cell struct {
	Code      string // 15 digits
	Community string // 12 digits
	Street    string // 9 digits
	District  string // 6 digits

	Name          string // e.g. 桂花居委会003网格
	CommunityName string
	StreetName    string
	DistrictName  string
}

// An Area is a street or a community.
type Area struct {
	Code   string
	Name   string
	Kind   string // street, town, community or village
	Parent string
}
