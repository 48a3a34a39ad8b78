package sqlite

import "gridcommand/eventstore"

// versions remembers the versions of the streams used last, at most twice `keep`.
// It holds two generations: when the young one is full it becomes the old one,
// and what was in neither use is forgotten. That is nearly "least recently used"
// at the price of a map access.
type versions struct {
	keep       int
	young, old map[eventstore.Stream]eventstore.Version
}

func newVersions(keep int) *versions {
	v := &versions{keep: keep}
	v.clear()
	return v
}

func (v *versions) clear() {
	v.young, v.old = map[eventstore.Stream]eventstore.Version{}, nil
}

func (v *versions) get(s eventstore.Stream) (eventstore.Version, bool) {
	if version, ok := v.young[s]; ok {
		return version, true
	}
	version, ok := v.old[s]
	if ok {
		v.put(s, version)
	}
	return version, ok
}

func (v *versions) put(s eventstore.Stream, version eventstore.Version) {
	if len(v.young) >= v.keep {
		v.old, v.young = v.young, make(map[eventstore.Stream]eventstore.Version, v.keep/4)
	}
	v.young[s] = version
}
