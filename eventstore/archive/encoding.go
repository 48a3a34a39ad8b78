package archive

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"gridcommand/eventstore"
)

// Numbers are varints, texts their length and bytes.

func appendText[T string | []byte](b []byte, text T) []byte {
	b = binary.AppendUvarint(b, uint64(len(text)))
	return append(b, text...)
}

func appendRecord(b []byte, r *eventstore.Record) []byte {
	b = binary.AppendUvarint(b, uint64(r.Position))
	b = appendText(b, string(r.Stream))
	b = binary.AppendUvarint(b, uint64(r.Version))
	b = appendText(b, r.Type)
	b = binary.AppendVarint(b, r.At.UnixMicro())
	b = appendText(b, r.Data)
	return appendText(b, r.Meta.Text())
}

func appendKey(b []byte, k *eventstore.KeyRecord) []byte {
	b = appendText(b, k.Scope)
	b = appendText(b, k.ID)
	b = append(b, k.Digest[:]...)
	b = binary.AppendUvarint(b, uint64(k.First))
	b = binary.AppendUvarint(b, uint64(k.Last))
	return binary.AppendUvarint(b, uint64(k.Version))
}

// The forms that a value of a table takes.
const (
	formNull = iota
	formInt
	formFloat
	formText
	formBytes
	formFalse
	formTrue
)

func appendValue(b []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(b, formNull), nil
	case int64:
		return binary.AppendVarint(append(b, formInt), v), nil
	case float64:
		return binary.BigEndian.AppendUint64(append(b, formFloat), math.Float64bits(v)), nil
	case string:
		return appendText(append(b, formText), v), nil
	case []byte:
		return appendText(append(b, formBytes), v), nil
	case bool:
		if v {
			return append(b, formTrue), nil
		}
		return append(b, formFalse), nil
	}
	return nil, fmt.Errorf("archive: a value is a %T, which is not portable", value)
}

var errShort = errors.New("a part ends in the middle of a value")

// A decoder reads what the functions above wrote. After a failure it gives zeros; the
// failure is in err.
type decoder struct {
	b   []byte
	err error
	met eventstore.MetaReader
}

func (d *decoder) more() bool { return d.err == nil && len(d.b) > 0 }

func (d *decoder) fail() { d.b, d.err = nil, errShort }

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > math.MaxInt64 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) take(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	out := d.b[:n:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) bytes() []byte { return d.take(d.uint()) }

func (d *decoder) record() (r eventstore.Record) {
	r.Position = eventstore.Position(d.uint())
	r.Stream = eventstore.Stream(d.bytes())
	r.Version = eventstore.Version(d.uint())
	r.Type = string(d.bytes())
	r.At = time.UnixMicro(d.int()).UTC()
	r.Data = append([]byte{}, d.bytes()...)
	meta, err := d.met.Read(d.bytes())
	if err != nil && d.err == nil {
		d.b, d.err = nil, err
	}
	r.Meta = meta
	return r
}

func (d *decoder) key() (k eventstore.KeyRecord) {
	k.Scope, k.ID = string(d.bytes()), string(d.bytes())
	copy(k.Digest[:], d.take(uint64(len(k.Digest))))
	k.First, k.Last = eventstore.Position(d.uint()), eventstore.Position(d.uint())
	k.Version = eventstore.Version(d.uint())
	return k
}

func (d *decoder) value() any {
	form := d.take(1)
	if d.err != nil {
		return nil
	}
	switch form[0] {
	case formNull:
		return nil
	case formInt:
		return d.int()
	case formFloat:
		bits := d.take(8)
		if d.err != nil {
			return nil
		}
		return math.Float64frombits(binary.BigEndian.Uint64(bits))
	case formText:
		return string(d.bytes())
	case formBytes:
		return append([]byte{}, d.bytes()...)
	case formFalse, formTrue:
		return form[0] == formTrue
	}
	d.b, d.err = nil, fmt.Errorf("a value has form %d", form[0])
	return nil
}

// A Table names a table and its columns.
type Table struct {
	Database string   `json:"database"`
	Name     string   `json:"table"`
	Columns  []string `json:"columns"`
}

func (t Table) String() string { return t.Database + "." + t.Name }

func appendTable(b []byte, t Table) ([]byte, error) {
	head, err := json.Marshal(t)
	return appendText(b, head), err
}

func (d *decoder) table() (t Table) {
	head := d.bytes()
	if d.err == nil {
		if err := json.Unmarshal(head, &t); err != nil {
			d.b, d.err = nil, err
		}
	}
	return t
}
