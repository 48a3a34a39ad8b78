package api

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/deadline"
)

// A taking is when and where a picture was taken, as far as it says so itself.
type taking struct {
	at    *time.Time
	point *orb.Point // WGS-84
}

// The tags that are read, by directory.
const (
	orientationTag = 0x0112
	exifTag        = 0x8769 // where the directory of the exposure begins
	gpsTag         = 0x8825 // where the directory of the place begins

	takenTag  = 0x9003 // DateTimeOriginal
	offsetTag = 0x9011 // OffsetTimeOriginal

	latRefTag, latTag, lngRefTag, lngTag = 1, 2, 3, 4
	gpsTimeTag, gpsDateTag               = 7, 29
)

// The types of values that are read.
const asciiType, shortType, longType, rationalType = 2, 3, 4, 5

// exifOf returns the EXIF block of a JPEG, nil where there is none.
func exifOf(raw []byte) []byte {
	if !bytes.HasPrefix(raw, jpegMagic) {
		return nil
	}
	for at := 2; at+4 <= len(raw) && raw[at] == 0xFF; {
		marker, size := raw[at+1], int(binary.BigEndian.Uint16(raw[at+2:]))
		if marker == 0xFF {
			at++ // a fill byte
			continue
		}
		if marker == 0xDA || size < 2 || at+2+size > len(raw) {
			return nil
		}
		if segment := raw[at+4 : at+2+size]; marker == 0xE1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return segment[6:]
		}
		at += 2 + size
	}
	return nil
}

// A tiff is an EXIF block whose byte order is known. Whatever it points at is held
// against its length, and directories are followed one level deep: one that points at
// itself leads nowhere.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

// An entry is one value of a directory.
type entry struct {
	kind  uint16
	count uint32
	data  []byte // the value, wherever it stands
}

func tiffOf(data []byte) (tiff, bool) {
	if len(data) < 8 {
		return tiff{}, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		return tiff{data, binary.LittleEndian}, true
	case "MM\x00*":
		return tiff{data, binary.BigEndian}, true
	}
	return tiff{}, false
}

// directory returns the entries of the directory that begins at an offset.
func (t tiff) directory(offset uint32) map[uint16]entry {
	const entrySize = 12
	first := int64(offset)
	if first+2 > int64(len(t.data)) {
		return nil
	}
	found := map[uint16]entry{}
	for i := range int(t.order.Uint16(t.data[first:])) {
		at := first + 2 + int64(i)*entrySize
		if at+entrySize > int64(len(t.data)) {
			break
		}
		raw := t.data[at : at+entrySize]
		tag, e := t.order.Uint16(raw), entry{kind: t.order.Uint16(raw[2:]), count: t.order.Uint32(raw[4:])}
		size := int64(e.count) * map[uint16]int64{asciiType: 1, shortType: 2, longType: 4, rationalType: 8}[e.kind]
		e.data = raw[8:]
		if size > 4 {
			from := int64(t.order.Uint32(raw[8:]))
			if from+size > int64(len(t.data)) {
				continue
			}
			e.data = t.data[from : from+size]
		}
		if _, twice := found[tag]; !twice {
			found[tag] = e
		}
	}
	return found
}

// below returns the entries of the directory that a tag of another points at.
func (t tiff) below(d map[uint16]entry, tag uint16) map[uint16]entry {
	if e := d[tag]; e.kind == longType && e.count == 1 {
		return t.directory(t.order.Uint32(e.data))
	}
	return nil
}

func (t tiff) text(e entry) string {
	if e.kind != asciiType || int64(e.count) > int64(len(e.data)) {
		return ""
	}
	return strings.Trim(string(e.data[:e.count]), "\x00 ")
}

// rationals returns n fractions; nil where there are others, or one divides by zero.
func (t tiff) rationals(e entry, n uint32) []float64 {
	if e.kind != rationalType || e.count != n {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		below := t.order.Uint32(e.data[i*8+4:])
		if below == 0 {
			return nil
		}
		out[i] = float64(t.order.Uint32(e.data[i*8:])) / float64(below)
	}
	return out
}

// orientation reads the EXIF orientation of a JPEG, 1 where it says none or nonsense.
func orientation(raw []byte) int {
	t, ok := tiffOf(exifOf(raw))
	if !ok {
		return 1
	}
	e := t.directory(t.order.Uint32(t.data[4:]))[orientationTag]
	if e.kind != shortType {
		return 1
	}
	if v := int(t.order.Uint16(e.data)); v >= 1 && v <= 8 {
		return v
	}
	return 1
}

// takingOf reads when and where a picture was taken. The satellites' clock is believed
// before the camera's; a camera's time without a zone is the district's.
func takingOf(raw []byte) taking {
	t, ok := tiffOf(exifOf(raw))
	if !ok {
		return taking{}
	}
	first := t.directory(t.order.Uint32(t.data[4:]))
	shot, gps := t.below(first, exifTag), t.below(first, gpsTag)
	return taking{at: t.takenAt(shot, gps), point: t.takenWhere(gps)}
}

func (t tiff) takenAt(shot, gps map[uint16]entry) *time.Time {
	if day, err := time.Parse("2006:01:02", t.text(gps[gpsDateTag])); err == nil {
		if clock := t.rationals(gps[gpsTimeTag], 3); clock != nil && clock[0] < 24 && clock[1] < 60 && clock[2] < 61 {
			at := day.Add(time.Duration((clock[0]*3600 + clock[1]*60 + clock[2]) * float64(time.Second)))
			return plausible(at)
		}
	}
	const layout = "2006:01:02 15:04:05"
	said := t.text(shot[takenTag])
	if at, err := time.Parse(layout+" -07:00", said+" "+t.text(shot[offsetTag])); err == nil {
		return plausible(at)
	}
	if at, err := time.ParseInLocation(layout, said, deadline.CST); err == nil {
		return plausible(at)
	}
	return nil
}

func plausible(at time.Time) *time.Time {
	if !inCalendar(at) {
		return nil
	}
	return &at
}

func (t tiff) takenWhere(gps map[uint16]entry) *orb.Point {
	lat := t.degrees(gps[latTag], gps[latRefTag], "N", "S", 90)
	lng := t.degrees(gps[lngTag], gps[lngRefTag], "E", "W", 180)
	if lat == nil || lng == nil {
		return nil
	}
	return &orb.Point{*lng, *lat}
}

func (t tiff) degrees(value, ref entry, plus, minus string, limit float64) *float64 {
	parts := t.rationals(value, 3)
	if parts == nil {
		return nil
	}
	d := parts[0] + parts[1]/60 + parts[2]/3600
	switch t.text(ref) {
	case plus:
	case minus:
		d = -d
	default:
		return nil
	}
	if math.Abs(d) > limit {
		return nil
	}
	return &d
}
