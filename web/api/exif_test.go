package api

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	geodistance "github.com/paulmach/orb/geo"

	"gridcommand/domain/deadline"
)

// A value of a directory, as a test writes it.
type value struct {
	tag, kind uint16
	count     uint32
	data      []byte
}

// camera writes an EXIF block with a directory of the exposure and one of the place.
type camera struct{ order binary.AppendByteOrder }

func (c camera) text(tag uint16, s string) value {
	return value{tag, asciiType, uint32(len(s) + 1), append([]byte(s), 0)}
}

func (c camera) fractions(tag uint16, of ...float64) value {
	v := value{tag: tag, kind: rationalType, count: uint32(len(of))}
	for _, f := range of {
		v.data = c.order.AppendUint32(v.data, uint32(math.Round(f*1e6)))
		v.data = c.order.AppendUint32(v.data, 1e6)
	}
	return v
}

func (c camera) degrees(tag uint16, d float64) value {
	d = math.Abs(d)
	whole := math.Floor(d)
	minutes := math.Floor((d - whole) * 60)
	return c.fractions(tag, whole, minutes, (d-whole)*3600-minutes*60)
}

// directory lays values out from an offset on.
func (c camera) directory(offset int, values []value) []byte {
	out := c.order.AppendUint16(nil, uint16(len(values)))
	beyond := offset + 2 + len(values)*12 + 4
	var tail []byte
	for _, v := range values {
		out = c.order.AppendUint16(out, v.tag)
		out = c.order.AppendUint16(out, v.kind)
		out = c.order.AppendUint32(out, v.count)
		if len(v.data) > 4 {
			out = c.order.AppendUint32(out, uint32(beyond+len(tail)))
			tail = append(tail, v.data...)
			continue
		}
		out = append(out, append(bytes.Clone(v.data), 0, 0, 0, 0)[:4]...)
	}
	return append(c.order.AppendUint32(out, 0), tail...)
}

func (c camera) block(shot, gps []value) []byte {
	out := []byte("II*\x00")
	if c.order == binary.AppendByteOrder(binary.BigEndian) {
		out = []byte("MM\x00*")
	}
	out = c.order.AppendUint32(out, 8)
	const first, firstSize = 8, 2 + 2*12 + 4
	shots := c.directory(first+firstSize, shot)
	long := func(tag uint16, at int) value {
		return value{tag, longType, 1, c.order.AppendUint32(nil, uint32(at))}
	}
	out = append(out, c.directory(first, []value{long(exifTag, first+firstSize), long(gpsTag, first+firstSize+len(shots))})...)
	out = append(out, shots...)
	out = append(out, c.directory(first+firstSize+len(shots), gps)...)
	return segment(0xE1, append([]byte("Exif\x00\x00"), out...))
}

// takenBy is a JPEG that says when and where it was taken.
func takenBy(t *testing.T, order binary.AppendByteOrder, size int, at time.Time, where orb.Point) []byte {
	t.Helper()
	c := camera{order}
	utc := at.UTC()
	return after(asJPEG(t, corner(size, size)), c.block(
		[]value{c.text(takenTag, at.In(deadline.CST).Format("2006:01:02 15:04:05"))},
		[]value{
			c.text(latRefTag, "N"), c.degrees(latTag, where[1]), c.text(lngRefTag, "E"), c.degrees(lngTag, where[0]),
			c.fractions(gpsTimeTag, float64(utc.Hour()), float64(utc.Minute()), float64(utc.Second())),
			c.text(gpsDateTag, utc.Format("2006:01:02")),
		},
	))
}

func TestAPictureSaysWhenAndWhere(t *testing.T) {
	where := orb.Point{113.2203, 23.4071}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		got := takingOf(takenBy(t, order, 16, nine, where))
		if got.at == nil || !got.at.Equal(nine) {
			t.Errorf("%v: taken at %v, want %v", order, got.at, nine)
		}
		if got.point == nil || geodistance.Distance(*got.point, where) > 1 {
			t.Errorf("%v: taken at %v, want %v", order, got.point, where)
		}
		c := camera{order}
		for name, shot := range map[string][]value{
			"a zone of its own":         {c.text(takenTag, "2026:11:23 01:00:00"), c.text(offsetTag, "+00:00")},
			"no zone: the district's":   {c.text(takenTag, "2026:11:23 09:00:00")},
			"an unreadable zone":        {c.text(takenTag, "2026:11:23 09:00:00"), c.text(offsetTag, "CST")},
			"the southern half as well": {c.text(takenTag, "2026:11:23 09:00:00")},
		} {
			south := []value{c.text(latRefTag, "S"), c.degrees(latTag, 23.5), c.text(lngRefTag, "W"), c.degrees(lngTag, 113)}
			got := takingOf(after(asJPEG(t, corner(8, 8)), c.block(shot, south)))
			if got.at == nil || !got.at.Equal(nine) {
				t.Errorf("%s: taken at %v", name, got.at)
			}
			if got.point == nil || got.point[1] > -23.4 || got.point[0] > -112.9 {
				t.Errorf("%s: taken at %v", name, got.point)
			}
		}
	}
}

// A picture that says nothing, or nonsense, says nothing.
func TestAPictureThatSaysNonsense(t *testing.T) {
	c := camera{binary.BigEndian}
	plain := asJPEG(t, corner(8, 8))
	lat, lng := c.degrees(latTag, 23), c.degrees(lngTag, 113)
	for name, raw := range map[string][]byte{
		"no block":            plain,
		"a PNG":               asPNG(t, corner(8, 8)),
		"the other test's":    after(plain, exif(binary.LittleEndian, 6)),
		"month 13":            after(plain, c.block([]value{c.text(takenTag, "2026:13:23 09:00:00")}, nil)),
		"year 0":              after(plain, c.block([]value{c.text(takenTag, "0000:00:00 00:00:00")}, nil)),
		"no hemisphere":       after(plain, c.block(nil, []value{lat, lng})),
		"latitude 100":        after(plain, c.block(nil, []value{c.text(latRefTag, "N"), c.degrees(latTag, 100), c.text(lngRefTag, "E"), lng})),
		"divided by zero":     after(plain, c.block(nil, []value{c.text(latRefTag, "N"), {latTag, rationalType, 3, make([]byte, 24)}, c.text(lngRefTag, "E"), lng})),
		"values beyond it":    after(plain, c.block(nil, []value{c.text(latRefTag, "N"), {latTag, rationalType, 1 << 28, make([]byte, 8)}, lng})),
		"25 o'clock by GPS":   after(plain, c.block(nil, []value{c.fractions(gpsTimeTag, 25, 0, 0), c.text(gpsDateTag, "2026:11:23")})),
		"a pointer to itself": after(plain, segment(0xE1, append([]byte("Exif\x00\x00MM\x00*"), 0, 0, 0, 8, 0, 1, 0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 8))),
	} {
		if got := takingOf(raw); got.at != nil || got.point != nil {
			t.Errorf("%s says %v, %v", name, got.at, got.point)
		}
	}
}

func FuzzTakingOf(f *testing.F) {
	c := camera{binary.LittleEndian}
	f.Add(c.block([]value{c.text(takenTag, "2026:11:23 09:00:00")}, []value{c.text(latRefTag, "N"), c.degrees(latTag, 23)}))
	f.Fuzz(func(t *testing.T, block []byte) {
		got := takingOf(append([]byte{0xFF, 0xD8}, block...))
		if got.point != nil && (math.Abs(got.point[0]) > 180 || math.Abs(got.point[1]) > 90) {
			t.Errorf("%v is no place", got.point)
		}
	})
}

// A report is fresh if one of its reporter's photos was taken there and then. Nobody is
// shown where a picture was taken, and the kept file does not say.
func TestAFreshPhoto(t *testing.T) {
	s := newSite(t)
	at := s.inside()
	here := orb.Point{at["lng"].(float64), at["lat"].(float64)}
	far := geodistance.PointAtBearingAndDistance(here, 90, 150)
	for i, c := range []struct {
		name  string
		who   string
		taken time.Time
		where orb.Point
		want  bool
	}{
		{"there and then", "inspector", nine.Add(-29 * time.Minute), here, true},
		{"80 m away", "inspector", nine, geodistance.PointAtBearingAndDistance(here, 45, 80), true},
		{"150 m away", "inspector", nine, far, false},
		{"an hour before", "inspector", nine.Add(-time.Hour), here, false},
		{"an hour ahead", "inspector", nine.Add(time.Hour), here, false},
		{"somebody else's upload", "community", nine, here, false},
	} {
		raw := takenBy(t, binary.LittleEndian, 16+16*i, c.taken, c.where)
		id := s.upload(c.who, "image/jpeg", raw).want(201).at("id").(string)
		got, err := s.server.fresh(t.Context(), &Request{Person: people[0]}, []string{strings.Repeat("0", 64), id}, here)
		if err != nil || got != c.want {
			t.Errorf("%s: fresh %v (%v), want %v", c.name, got, err, c.want)
		}
		if kept := s.get(c.who, "/photos/"+id).want(200).raw; bytes.Contains(kept, []byte("Exif")) {
			t.Errorf("%s: the kept file has an EXIF block", c.name)
		}
	}
}
