package seal

import (
	"encoding/binary"

	"gridcommand/eventstore"
)

// Encoding appends the canonical encoding of a record to b. It is what the tree's
// leaves are hashes of. Numbers are big-endian; n(x) is the length of x in bytes as
// four bytes, followed by x:
//
//	"gridcommand record 1\n"   21 bytes that say what follows
//	position                    8 bytes
//	n(stream)                   UTF-8
//	version                     8 bytes
//	n(type)                     UTF-8
//	at                          8 bytes, two's complement: microseconds since 1970-01-01T00:00:00Z
//	n(data)                     the JSON text, byte for byte as it is stored
//	n(actor) n(correlation) n(causation)   UTF-8, empty where there is none
//
// Every part is of fixed length or says its own, and their order is fixed: two
// different records never have the same encoding.
func Encoding(b []byte, r eventstore.Record) []byte {
	b = append(b, recordMark...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Position))
	b = sized(b, string(r.Stream))
	b = binary.BigEndian.AppendUint64(b, uint64(r.Version))
	b = sized(b, r.Type)
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	b = sized(b, r.Data)
	b = sized(b, r.Meta.Actor)
	b = sized(b, r.Meta.Correlation)
	return sized(b, r.Meta.Causation)
}

// recordMark begins every encoding; another layout will begin with another number.
const recordMark = "gridcommand record 1\n"

func sized[T string | []byte](b []byte, x T) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(x))), x...)
}

// A hasher hashes records one after the other into memory of its own.
type hasher struct {
	suite Suite
	buf   []byte
}

func (h *hasher) leaf(r eventstore.Record) Hash {
	h.buf = Encoding(append(h.buf[:0], leafMark), r)
	return h.suite.sum(h.buf)
}
