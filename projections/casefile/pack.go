package casefile

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"time"

	"gridcommand/domain/deadline"
)

// A file is packed by the layout of its types: of each struct a bit for every field that
// is not zero, then those fields in order. Numbers are varints, moments the distance to
// the moment before, and a text that a dictionary knows, or that stood in the file
// already, is its number. Nothing says what a field is called, so a layout that changed
// cannot be read: [layout] names it, and the schema of every shelf does.
//
// Equal files give equal bytes, and what is unpacked is equal to what was packed: nil and
// empty lists are told apart, moments keep their distance from UTC.

// words is a dictionary of texts that files are likely to hold. Its numbers are part of
// what is stored.
type words struct {
	list    []string
	numbers map[string]int
}

// newWords returns the dictionary of list; what comes twice counts once.
func newWords(list []string) *words {
	w := &words{numbers: make(map[string]int, len(list))}
	for _, text := range list {
		if _, known := w.numbers[text]; !known && text != "" {
			w.numbers[text] = len(w.list)
			w.list = append(w.list, text)
		}
	}
	return w
}

var noWords = newWords(nil)

// sum tells dictionaries apart.
func (w *words) sum() string { return digestOf(strings.Join(w.list, "\n")) }

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// pack returns f whole.
func (w *words) pack(f *File) []byte {
	p := packer{words: w, out: make([]byte, 0, 1024)}
	formOfFiles().pack(&p, reflect.ValueOf(f).Elem())
	return p.out
}

// errPacked says that bytes are not what pack made.
var errPacked = errors.New("casefile: stored file is damaged")

// unpack returns the file that pack made data of.
func (w *words) unpack(data []byte) (f File, err error) {
	u := unpacker{words: w, in: data}
	formOfFiles().unpack(&u, reflect.ValueOf(&f).Elem())
	if u.bad || len(u.in) > 0 {
		return File{}, errPacked
	}
	return f, nil
}

type packer struct {
	*words
	out  []byte
	met  []string // texts of this file that the dictionary lacks
	last int64    // microseconds of the last moment
}

type unpacker struct {
	*words
	in   []byte
	met  []string
	last int64
	bad  bool
}

// A form is how values of one type are packed.
type form struct {
	pack   func(*packer, reflect.Value)
	unpack func(*unpacker, reflect.Value)
	says   string // the layout in words
}

var timeType = reflect.TypeFor[time.Time]()

// formOfFiles is the form of a [File].
var formOfFiles = sync.OnceValue(func() *form { return forms{}.of(reflect.TypeFor[File]()) })

// layout names how files are packed.
var layout = sync.OnceValue(func() string { return digestOf("1 " + formOfFiles().says) })

type forms map[reflect.Type]*form

// of returns the form of a type; one that holds itself is met again while it is made.
func (all forms) of(t reflect.Type) *form {
	if f, known := all[t]; known {
		if f.says == "" {
			f = &form{pack: func(p *packer, v reflect.Value) { all[t].pack(p, v) }, unpack: func(u *unpacker, v reflect.Value) { all[t].unpack(u, v) }, says: t.String()}
		}
		return f
	}
	f := &form{}
	all[t] = f
	switch {
	case t == timeType:
		*f = form{packTime, unpackTime, "time"}
	case t.Kind() == reflect.String:
		*f = form{packText, unpackText, "text"}
	case t.Kind() == reflect.Bool:
		*f = form{func(p *packer, v reflect.Value) { p.bool(v.Bool()) }, func(u *unpacker, v reflect.Value) { v.SetBool(u.uvarint() == 1) }, "bool"}
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		*f = form{func(p *packer, v reflect.Value) { p.out = binary.AppendVarint(p.out, v.Int()) }, func(u *unpacker, v reflect.Value) { v.SetInt(u.varint()) }, "int"}
	case t.Kind() == reflect.Float64:
		*f = form{packFloat, unpackFloat, "float"}
	case t.Kind() == reflect.Slice:
		*f = all.list(t)
	case t.Kind() == reflect.Struct:
		*f = all.record(t)
	default:
		panic(fmt.Sprintf("casefile: files cannot hold a %s", t))
	}
	return f
}

// bool packs what is 0 or 1.
func (p *packer) bool(set bool) {
	if set {
		p.out = append(p.out, 1)
	} else {
		p.out = append(p.out, 0)
	}
}

func (u *unpacker) fail() uint64 {
	u.bad, u.in = true, nil
	return 0
}

func (u *unpacker) uvarint() uint64 {
	x, n := binary.Uvarint(u.in)
	if n <= 0 {
		return u.fail()
	}
	u.in = u.in[n:]
	return x
}

func (u *unpacker) varint() int64 {
	x, n := binary.Varint(u.in)
	if n <= 0 {
		return int64(u.fail())
	}
	u.in = u.in[n:]
	return x
}

// take returns the next n bytes.
func (u *unpacker) take(n int) []byte {
	if n < 0 || n > len(u.in) {
		u.fail()
		return nil
	}
	b := u.in[:n]
	u.in = u.in[n:]
	return b
}

// A text is twice its length and its bytes, or twice its number and one.
func packText(p *packer, v reflect.Value) {
	text := v.String()
	if n, known := p.numbers[text]; known {
		p.out = binary.AppendUvarint(p.out, uint64(n)<<1|1)
		return
	}
	for i, met := range p.met {
		if met == text {
			p.out = binary.AppendUvarint(p.out, uint64(len(p.list)+i)<<1|1)
			return
		}
	}
	p.met = append(p.met, text)
	p.out = append(binary.AppendUvarint(p.out, uint64(len(text))<<1), text...)
}

func unpackText(u *unpacker, v reflect.Value) {
	x := u.uvarint()
	n := int(x >> 1)
	switch {
	case x&1 == 0:
		text := string(u.take(n))
		u.met = append(u.met, text)
		v.SetString(text)
	case n < len(u.list):
		v.SetString(u.list[n])
	case n-len(u.list) < len(u.met):
		v.SetString(u.met[n-len(u.list)])
	default:
		u.fail()
	}
}

func packFloat(p *packer, v reflect.Value) {
	p.out = binary.LittleEndian.AppendUint64(p.out, math.Float64bits(v.Float()))
}

func unpackFloat(u *unpacker, v reflect.Value) {
	if b := u.take(8); b != nil {
		v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
}

// What stands before a moment: whether it has a zone of its own, and parts of a
// microsecond.
const (
	hasZone  = 1
	hasNanos = 2
)

func packTime(p *packer, v reflect.Value) {
	t := v.Interface().(time.Time)
	_, zone := t.Zone()
	micros, nanos := t.UnixMicro(), t.Nanosecond()%1000
	marks := byte(0)
	if zone != 0 {
		marks |= hasZone
	}
	if nanos != 0 {
		marks |= hasNanos
	}
	p.out = binary.AppendVarint(append(p.out, marks), micros-p.last)
	p.last = micros
	if zone != 0 {
		p.out = binary.AppendVarint(p.out, int64(zone))
	}
	if nanos != 0 {
		p.out = binary.AppendUvarint(p.out, uint64(nanos))
	}
}

func unpackTime(u *unpacker, v reflect.Value) {
	marks := u.take(1)
	if marks == nil {
		return
	}
	u.last += u.varint()
	t := time.UnixMicro(u.last)
	zone := 0
	if marks[0]&hasZone != 0 {
		zone = int(u.varint())
	}
	if marks[0]&hasNanos != 0 {
		t = t.Add(time.Duration(u.uvarint()))
	}
	v.Set(reflect.ValueOf(t.In(zoneOf(zone))))
}

const cstSeconds = 8 * 60 * 60

func zoneOf(seconds int) *time.Location {
	switch seconds {
	case 0:
		return time.UTC
	case cstSeconds:
		return deadline.CST
	}
	return time.FixedZone("", seconds)
}

// list packs its length and its items.
func (all forms) list(t reflect.Type) form {
	item := all.of(t.Elem())
	return form{
		pack: func(p *packer, v reflect.Value) {
			p.out = binary.AppendUvarint(p.out, uint64(v.Len()))
			for i := range v.Len() {
				item.pack(p, v.Index(i))
			}
		},
		unpack: func(u *unpacker, v reflect.Value) {
			n := u.uvarint()
			if n > uint64(len(u.in)) { // an item takes a byte at least
				u.fail()
				return
			}
			v.Set(reflect.MakeSlice(t, int(n), int(n)))
			for i := range int(n) {
				item.unpack(u, v.Index(i))
			}
		},
		says: "[" + item.says + "]",
	}
}

// record packs which fields are not zero, and those. Of a pointer and of a bool, that is
// told by the bit; a pointer's value follows.
func (all forms) record(t reflect.Type) form {
	type field struct {
		*form
		pointer, bit bool
		isZero       func(reflect.Value) bool
	}
	fields := make([]field, t.NumField())
	var says strings.Builder
	says.WriteString(t.String() + "{")
	for i := range fields {
		of := t.Field(i).Type
		if !t.Field(i).IsExported() {
			panic(fmt.Sprintf("casefile: field %s of %s would be lost", t.Field(i).Name, t))
		}
		if fields[i].pointer = of.Kind() == reflect.Pointer; fields[i].pointer {
			of = of.Elem()
			says.WriteByte('*')
		}
		fields[i].form, fields[i].bit, fields[i].isZero = all.of(of), t.Field(i).Type.Kind() == reflect.Bool, reflect.Value.IsZero
		if t.Field(i).Type == timeType {
			fields[i].isZero = func(v reflect.Value) bool { return v.Interface().(time.Time).IsZero() }
		}
		says.WriteString(t.Field(i).Name + " " + fields[i].says + ",")
	}
	says.WriteByte('}')
	size := (len(fields) + 7) / 8
	return form{
		pack: func(p *packer, v reflect.Value) {
			bits := len(p.out)
			for range size {
				p.out = append(p.out, 0)
			}
			for i := range fields {
				f, x := &fields[i], v.Field(i)
				if f.isZero(x) {
					continue
				}
				p.out[bits+i/8] |= 1 << (i % 8)
				switch {
				case f.bit:
				case f.pointer:
					f.pack(p, x.Elem())
				default:
					f.pack(p, x)
				}
			}
		},
		unpack: func(u *unpacker, v reflect.Value) {
			bits := u.take(size)
			for i := range fields {
				if bits == nil || bits[i/8]&(1<<(i%8)) == 0 {
					continue
				}
				f, x := &fields[i], v.Field(i)
				switch {
				case f.bit:
					x.SetBool(true)
				case f.pointer:
					to := reflect.New(x.Type().Elem())
					f.unpack(u, to.Elem())
					x.Set(to)
				default:
					f.unpack(u, x)
				}
			}
		},
		says: says.String(),
	}
}
