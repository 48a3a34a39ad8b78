package tally

import (
	"encoding/binary"
	"errors"

	"gridcommand/eventstore"
)

// chunkSize is how many counts a chunk holds: adding to one rewrites at most so many.
const chunkSize = 1024

// An entry is one count as a chunk holds it: words by their numbers.
type entry struct {
	position, subject                                             eventstore.Position
	street, community, unit, matter, source, tier, person, figure uint32
	minutes                                                       int64 // −1: none
	n                                                             int64
}

// before is what the first entry of a chunk is compared with.
var before = entry{minutes: -1, n: 1}

// What an entry says anew; all else is as in the entry before it, but for minutes (none)
// and n (1).
const (
	newPosition = 1 << iota
	newSubject
	newStreet
	newCommunity
	newUnit
	newMatter
	newSource
	newTier
	newPerson
	hasMinutes
	hasN
)

// pack appends e to a chunk whose last entry is last:
//
//	entry = flags figure [Δposition] [Δsubject] [street] … [person] [minutes] [n]
//
// all of them varints. Several counts of one fact differ in little, so an entry takes
// four to six bytes.
func pack(data []byte, last, e entry) []byte {
	flags := uint64(0)
	set := func(differs bool, flag uint64) {
		if differs {
			flags |= flag
		}
	}
	set(e.position != last.position, newPosition)
	set(e.subject != last.subject, newSubject)
	set(e.street != last.street, newStreet)
	set(e.community != last.community, newCommunity)
	set(e.unit != last.unit, newUnit)
	set(e.matter != last.matter, newMatter)
	set(e.source != last.source, newSource)
	set(e.tier != last.tier, newTier)
	set(e.person != last.person, newPerson)
	set(e.minutes >= 0, hasMinutes)
	set(e.n != 1, hasN)
	data = binary.AppendUvarint(data, flags)
	data = binary.AppendUvarint(data, uint64(e.figure))
	if flags&newPosition != 0 {
		data = binary.AppendUvarint(data, uint64(e.position-last.position))
	}
	if flags&newSubject != 0 {
		data = binary.AppendVarint(data, int64(e.subject-last.subject))
	}
	for i, word := range [...]uint32{e.street, e.community, e.unit, e.matter, e.source, e.tier, e.person} {
		if flags&(newStreet<<i) != 0 {
			data = binary.AppendUvarint(data, uint64(word))
		}
	}
	if flags&hasMinutes != 0 {
		data = binary.AppendUvarint(data, uint64(e.minutes))
	}
	if flags&hasN != 0 {
		data = binary.AppendVarint(data, e.n)
	}
	return data
}

var errChunk = errors.New("tally: a chunk is damaged")

// unpack calls see for each entry of a chunk, in order.
func unpack(data []byte, see func(i int, e entry)) error {
	e := before
	ok := true
	unsigned := func() uint64 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			ok = false
			return 0
		}
		data = data[n:]
		return v
	}
	signed := func() int64 {
		v, n := binary.Varint(data)
		if n <= 0 {
			ok = false
			return 0
		}
		data = data[n:]
		return v
	}
	for i := 0; len(data) > 0 && ok; i++ {
		flags := unsigned()
		e.figure = uint32(unsigned())
		if flags&newPosition != 0 {
			e.position += eventstore.Position(unsigned())
		}
		if flags&newSubject != 0 {
			e.subject += eventstore.Position(signed())
		}
		if flags&(newStreet|newCommunity|newUnit|newMatter|newSource|newTier|newPerson) != 0 {
			for k, word := range [...]*uint32{&e.street, &e.community, &e.unit, &e.matter, &e.source, &e.tier, &e.person} {
				if flags&(newStreet<<k) != 0 {
					*word = uint32(unsigned())
				}
			}
		}
		e.minutes, e.n = -1, 1
		if flags&hasMinutes != 0 {
			e.minutes = int64(unsigned())
		}
		if flags&hasN != 0 {
			e.n = signed()
		}
		if ok {
			see(i, e)
		}
	}
	if !ok {
		return errChunk
	}
	return nil
}
