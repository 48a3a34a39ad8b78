package api

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corner is a picture whose four quarters tell which way is up: red at the top left, green at
// the top right, blue at the bottom left, white at the bottom right.
func corner(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			switch {
			case x < w/2 && y < h/2:
				c = color.RGBA{255, 0, 0, 255}
			case y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			case x < w/2:
				c = color.RGBA{0, 0, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is an APP1 segment with an orientation, the canary "GPS-SECRET" as its maker, and a
// directory that points at itself.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = order.AppendUint16(tiff, 0x010F) // maker: text elsewhere
	tiff = order.AppendUint16(tiff, 2)
	tiff = order.AppendUint32(tiff, 11)
	tiff = order.AppendUint32(tiff, 38)
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, orientation)
	tiff = order.AppendUint16(tiff, 0)
	tiff = order.AppendUint32(tiff, 8) // the next directory is this one
	tiff = append(tiff, "GPS-SECRET\x00"...)
	return segment(0xE1, append([]byte("Exif\x00\x00"), tiff...))
}

func segment(marker byte, data []byte) []byte {
	out := []byte{0xFF, marker}
	out = binary.BigEndian.AppendUint16(out, uint16(len(data)+2))
	return append(out, data...)
}

// after puts a segment behind a JPEG's first marker.
func after(jpg, seg []byte) []byte {
	return bytes.Join([][]byte{jpg[:2], seg, jpg[2:]}, nil)
}

// pngOf is a PNG of so many black pixels, one bit each, whatever its size; the pixels are
// there only as far as rows says.
func pngOf(w, h uint32, rows int) []byte {
	var b bytes.Buffer
	b.Write(pngMagic)
	chunk := func(kind string, data []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
		body := append([]byte(kind), data...)
		b.Write(body)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	chunk("IHDR", append(head, 1, 0, 0, 0, 0))
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	_, _ = io.CopyN(zw, zeros{}, int64(rows)*int64(1+(w+7)/8))
	_ = zw.Close()
	chunk("IDAT", z.Bytes())
	chunk("IEND", nil)
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func (s *site) upload(who, media string, body []byte) answer {
	s.t.Helper()
	return s.post(who, "/photos", body, header("Content-Type", media))
}

func TestAPhotoIsReencodedAndServed(t *testing.T) {
	s := newSite(t)
	raw := after(asJPEG(t, corner(800, 600)), exif(binary.LittleEndian, 1))
	id := s.upload("inspector", "image/jpeg", raw).want(201).at("id").(string)
	if again := s.upload("inspector", "image/jpeg", raw).want(201).at("id"); again != id {
		t.Errorf("the same picture has two ids: %v, %v", id, again)
	}
	if _, err := os.Stat(s.server.photos.path(id)); err != nil {
		t.Error(err)
	}
	a := s.get("inspector", "/photos/"+id).want(200)
	if bytes.Contains(a.raw, []byte("GPS-SECRET")) || bytes.Contains(a.raw, []byte("Exif")) {
		t.Error("metadata came through")
	}
	if got := a.header.Get("Content-Type"); got != "image/jpeg" {
		t.Errorf("Content-Type %q", got)
	}
	s.get("inspector", "/photos/"+id, header("If-None-Match", a.header.Get("ETag"))).want(304)
	small, err := jpeg.DecodeConfig(bytes.NewReader(s.get("inspector", "/photos/"+id+"?size=320").want(200).raw))
	if err != nil || small.Width != 320 || small.Height != 240 {
		t.Errorf("a thumbnail of %d × %d (%v)", small.Width, small.Height, err)
	}
	s.get("inspector", "/photos/"+id+"?size=321").refused(422, "invalid")

	// A thumbnail is made once.
	s.get("inspector", "/photos/"+id+"?size=320").want(200)
	s.get("inspector", "/photos/"+id+"?size=1280").want(200)
	var left []string
	err = filepath.WalkDir(s.server.Photos, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, filepath.Base(path))
		}
		return err
	})
	if want := []string{id + ".jpg", id + "-1280.jpg", id + "-320.jpg"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("files %v (%v), want %v", left, err, want)
	}
}

// A photo is for its uploader and whoever sees an incident that names it.
func TestAPhotoIsSeenByWhomItConcerns(t *testing.T) {
	s := newSite(t)
	id := s.upload("inspector", "image/png", asPNG(t, corner(40, 40))).want(201).at("id").(string)
	s.get("street", "/photos/"+id).refused(404, "not_found")
	// Who can't see it can't make it theirs by naming it.
	s.post("street", "/incidents", s.reportOf(fields{"source": "leader", "photos": []string{id}})).refused(422, "invalid").pointsAt("/photos/0")

	incident := s.reported("inspector", fields{"photos": []string{id}})
	for who, status := range map[string]int{
		"inspector": 200, "community": 200, "street": 200, "district": 200, "supervisor": 200,
		"elsewhere": 404, "bureau": 404, "admin": 403, "screen": 403,
	} {
		s.get(who, "/photos/"+id).want(status)
	}
	if got := s.get("street", "/incidents/"+incident).at("photos").([]any); len(got) != 1 || got[0] != id {
		t.Errorf("photos %v", got)
	}
	s.command("street", incident, "comment", fields{"text": "见图", "photos": []string{id}}).want(200)

	// A command that is refused shows nobody anything.
	other := s.upload("inspector", "image/png", asPNG(t, corner(50, 40))).want(201).at("id").(string)
	s.command("inspector", incident, "confirm", fields{"photos": []string{other}}).want(422)
	s.get("street", "/photos/"+other).refused(404, "not_found")
	for _, bad := range []string{"x", strings.Repeat("0", 64), "..%2f..%2fstate.db"} {
		s.get("inspector", "/photos/"+bad).refused(404, "not_found")
	}
}

// A picture comes out upright whichever way the camera was held.
func TestOrientationsAreApplied(t *testing.T) {
	s := newSite(t)
	for turn := uint16(1); turn <= 8; turn++ {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			stored := turned(corner(64, 32), int(turn))
			id := s.upload("inspector", "image/jpeg", after(asJPEG(t, stored), exif(order, turn))).want(201).at("id").(string)
			img, err := jpeg.Decode(bytes.NewReader(s.get("inspector", "/photos/"+id).want(200).raw))
			if err != nil {
				t.Fatal(err)
			}
			if img.Bounds().Dx() != 64 || img.Bounds().Dy() != 32 {
				t.Fatalf("orientation %d: %v", turn, img.Bounds())
			}
			for _, want := range []struct {
				x, y    int
				r, g, b bool
			}{{8, 8, true, false, false}, {56, 8, false, true, false}, {8, 24, false, false, true}, {56, 24, true, true, true}} {
				r, g, b, _ := img.At(want.x, want.y).RGBA()
				if (r > 0x8000) != want.r || (g > 0x8000) != want.g || (b > 0x8000) != want.b {
					t.Errorf("orientation %d: at %d,%d is %x %x %x", turn, want.x, want.y, r>>8, g>>8, b>>8)
				}
			}
		}
	}
}

// turned stores an upright picture as a camera held that way would: for each stored pixel it
// asks where EXIF says that it belongs.
func turned(up *image.RGBA, turn int) *image.RGBA {
	w, h := up.Bounds().Dx(), up.Bounds().Dy()
	sw, sh := w, h
	if turn >= 5 {
		sw, sh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, sw, sh))
	for sy := range sh {
		for sx := range sw {
			x, y := sx, sy
			switch turn {
			case 2:
				x = w - 1 - sx
			case 3:
				x, y = w-1-sx, h-1-sy
			case 4:
				y = h - 1 - sy
			case 5: // the 0th row is the left side, the 0th column the top
				x, y = sy, sx
			case 6: // the 0th row is the right side, the 0th column the top
				x, y = w-1-sy, sx
			case 7: // the 0th row is the right side, the 0th column the bottom
				x, y = w-1-sy, h-1-sx
			case 8: // the 0th row is the left side, the 0th column the bottom
				x, y = sy, h-1-sx
			}
			out.SetRGBA(sx, sy, up.RGBAAt(x, y))
		}
	}
	return out
}

func TestBadPhotos(t *testing.T) {
	s := newSite(t)
	good := asJPEG(t, corner(64, 64))
	sofAt := bytes.Index(good, []byte{0xFF, 0xC0})
	lying := bytes.Clone(good)
	binary.BigEndian.PutUint16(lying[sofAt+5:], 60_000)
	binary.BigEndian.PutUint16(lying[sofAt+7:], 60_000)
	noise := make([]byte, 4096)
	for i := range noise {
		noise[i] = byte(rand.N(256))
	}
	for _, c := range []struct {
		class, media string
		body         []byte
		status       int
		code         string
	}{
		{"36 HTML that says it is a JPEG", "image/jpeg", []byte("<html><script>alert(1)</script>"), 415, "unsupported_media_type"},
		{"36 SVG", "image/svg+xml", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), 415, "unsupported_media_type"},
		{"36 SVG that says it is a PNG", "image/png", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), 415, "unsupported_media_type"},
		{"36 a PNG that says it is a JPEG", "image/jpeg", asPNG(t, corner(4, 4)), 415, "unsupported_media_type"},
		{"36 GIF", "image/gif", []byte("GIF89a"), 415, "unsupported_media_type"},
		{"36 no type", "", good, 415, "unsupported_media_type"},
		{"36 a form", "multipart/form-data; boundary=x", good, 415, "unsupported_media_type"},
		{"36 nothing", "image/jpeg", []byte{}, 415, "unsupported_media_type"},
		{"36 nothing but a beginning", "image/jpeg", good[:3], 422, "photo_unreadable"},
		{"36 a JPEG cut short", "image/jpeg", good[:len(good)*2/3], 422, "photo_unreadable"},
		{"36 a PNG cut short", "image/png", asPNG(t, corner(64, 64))[:80], 422, "photo_unreadable"},
		{"36 noise behind a JPEG's magic", "image/jpeg", append(bytes.Clone(jpegMagic), noise...), 422, "photo_unreadable"},
		{"36 noise behind a PNG's magic", "image/png", append(bytes.Clone(pngMagic), noise...), 422, "photo_unreadable"},
		{"36 a JPEG whose header lies", "image/jpeg", lying, 422, "photo_too_big"},
		{"36 30,000 × 30,000 of one bit", "image/png", pngOf(30_000, 30_000, 1), 422, "photo_too_big"},
		{"36 a side of 12,001", "image/png", pngOf(12_001, 1, 1), 422, "photo_too_big"},
		{"36 41 megapixels", "image/png", pngOf(8200, 5000, 1), 422, "photo_too_big"},
		{"36 fewer rows than promised", "image/png", pngOf(6000, 6000, 1), 422, "photo_unreadable"},
		{"36 more than 10 MB", "image/jpeg", append(bytes.Clone(good), make([]byte, maxPhoto)...), 413, "too_large"},
	} {
		t.Run(c.class, func(t *testing.T) {
			s := s.in(t)
			s.upload("inspector", c.media, c.body).refused(c.status, c.code)
		})
	}
	if left, err := os.ReadDir(s.server.Photos); err != nil || len(left) != 0 {
		t.Errorf("%d files were left (%v)", len(left), err)
	}
	s.upload("screen", "image/jpeg", good).refused(403, "role_may_not")
}

// What hangs on to a picture does not come out with it.
func TestAPolyglotComesOutClean(t *testing.T) {
	s := newSite(t)
	script := []byte("<script>alert(document.cookie)</script>")
	tail := append(bytes.Clone(script), "PK\x03\x04 GPS-SECRET"...)
	for name, body := range map[string][]byte{
		"behind the end": append(asJPEG(t, corner(32, 32)), tail...),
		"in a comment":   after(asJPEG(t, corner(32, 32)), segment(0xFE, tail)),
		"in an ICC":      after(asJPEG(t, corner(32, 32)), segment(0xE2, append([]byte("ICC_PROFILE\x00\x01\x01"), tail...))),
		"in a false EXIF": after(asJPEG(t, corner(32, 32)),
			segment(0xE1, append([]byte("Exif\x00\x00II*\x00\xff\xff\xff\xff"), tail...))),
	} {
		id := s.upload("inspector", "image/jpeg", body).want(201).at("id").(string)
		out := s.get("inspector", "/photos/"+id).want(200).raw
		if bytes.Contains(out, []byte("script")) || bytes.Contains(out, []byte("SECRET")) || !bytes.HasSuffix(out, []byte{0xFF, 0xD9}) {
			t.Errorf("%s: something came through", name)
		}
	}
}

// Pictures of every colour model are taken; a large one is kept at a size that serves.
func TestPicturesOfEveryKind(t *testing.T) {
	s := newSite(t)
	at := image.Rect(0, 0, 20, 10)
	for name, img := range map[string]image.Image{
		"grey": image.NewGray(at), "16 bit grey": image.NewGray16(at), "16 bit": image.NewNRGBA64(at),
		"palette": image.NewPaletted(at, color.Palette{color.White, color.Black}), "transparent": image.NewNRGBA(at),
	} {
		id := s.upload("inspector", "image/png", asPNG(t, img)).want(201).at("id").(string)
		out, err := jpeg.Decode(bytes.NewReader(s.get("inspector", "/photos/"+id).want(200).raw))
		if err != nil || out.Bounds().Dx() != 20 {
			t.Errorf("%s: %v (%v)", name, out, err)
		}
		if r, _, _, _ := out.At(5, 5).RGBA(); name == "transparent" && r < 0xF000 {
			t.Errorf("nothing is drawn on %x, not on white", r)
		}
	}
	id := s.upload("inspector", "image/png", pngOf(8000, 5000, 5000)).want(201).at("id").(string)
	c, err := jpeg.DecodeConfig(bytes.NewReader(s.get("inspector", "/photos/"+id).want(200).raw))
	if err != nil || c.Width != keptSide || c.Height != keptSide*5/8 {
		t.Errorf("%d × %d (%v)", c.Width, c.Height, err)
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 4, 0, 0})
	f.Add(append([]byte{0xFF, 0xD8}, exif(binary.LittleEndian, 6)...))
	f.Add(append([]byte{0xFF, 0xD8}, exif(binary.BigEndian, 9)...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := orientation(raw); got < 1 || got > 8 {
			t.Errorf("orientation %d", got)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2,{"b":null}]}`, `"\ud83d\ude00"`, `{"a":1,"a":2}`, `[1e5,-0]`, "\xef\xbb\xbf{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := parse(raw)
		if err != nil {
			if p := problemOf(err); p == nil || p.Status != 400 {
				t.Fatalf("%v is no 400", err)
			}
			return
		}
		// What is taken means the same when it is written in canonical form.
		again, err := parse(encode(v))
		if err != nil || !bytes.Equal(encode(again), encode(v)) {
			t.Fatalf("%q became %q (%v)", raw, encode(again), err)
		}
	})
}
