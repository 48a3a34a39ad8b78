package reference

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
)

// A GridEdition is the ground divided, with the moment from which it counts. What lies
// where is for others to read; incidents keep the version in force when they happened.
type GridEdition struct {
	Version   string
	At        time.Time // when it was drawn
	By        incident.Actor
	Effective time.Time
	Basis     string
	Note      string
	Grids     int
	SHA256    string
	GeoJSON   []byte // packed
}

// GridAt returns the index, in h.Grids, of the grid in force at a moment: the one that
// took effect last. −1: the one that the ledger began with.
func (h History) GridAt(at time.Time) int {
	found := -1
	for i, g := range h.Grids {
		if !g.Effective.After(at) && (found < 0 || !g.Effective.Before(h.Grids[found].Effective)) {
			found = i
		}
	}
	return found
}

func (h History) draw(fact Fact, c DrawGrid) ([]Event, error) {
	effective := c.Effective
	if effective.IsZero() {
		effective = fact.At
	}
	for what, text := range map[string]string{"version": c.Version, "basis": c.Basis, "note": c.Note} {
		if why := unreadable(text, 500); why != "" {
			return nil, refuse("invalid_text", what, "文字不合要求。", "%s %s", what, why)
		}
	}
	there := h.GridAt(effective)
	switch {
	case effective.Before(fact.At):
		return nil, inThePast(effective)
	case there >= 0 && h.Grids[there].SHA256 == c.SHA256:
		return nil, nil
	case c.Version == "" || slices.ContainsFunc(h.Grids, func(g GridEdition) bool { return g.Version == c.Version }):
		return nil, refuse("version_taken", "version", "这个版本号已经用过。", "there is a grid %q already", c.Version)
	case c.Grids == 0 || len(c.GeoJSON) == 0:
		return nil, refuse("no_grid", "", "没有网格。", "there is no grid in it")
	}
	return []Event{GridDrawn{
		Fact: fact, Version: c.Version, Effective: effective, Basis: c.Basis, Note: c.Note,
		Grids: c.Grids, SHA256: c.SHA256, GeoJSON: c.GeoJSON,
	}}, nil
}
