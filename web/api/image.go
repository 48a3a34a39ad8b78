package api

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime"
	"net/http"

	"golang.org/x/image/draw"
)

const (
	maxPixels = 40_000_000
	maxSide   = 12_000
	// maxDecoded bounds what one picture may take in memory.
	maxDecoded = 200 << 20
	// keptSide is the longest side of what is kept: more than any screen, still evidence.
	keptSide = 4096
	quality  = 85
)

var (
	jpegMagic = []byte{0xFF, 0xD8, 0xFF}
	pngMagic  = []byte{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}
)

// reencode turns what somebody sent into a plain JPEG of what it shows: upright, without
// metadata, without whatever hung on to it. Its first bytes say what it is, not its
// header; its size is known before a pixel is decoded.
func reencode(raw []byte, contentType string) ([]byte, error) {
	declared, _, _ := mime.ParseMediaType(contentType)
	config, decode := jpeg.DecodeConfig, jpeg.Decode
	sniffed := ""
	switch {
	case bytes.HasPrefix(raw, jpegMagic):
		sniffed = "image/jpeg"
	case bytes.HasPrefix(raw, pngMagic):
		sniffed, config, decode = "image/png", png.DecodeConfig, png.Decode
	}
	if sniffed == "" || sniffed != declared {
		return nil, problem(http.StatusUnsupportedMediaType, "unsupported_media_type",
			"the bytes are not a %s; JPEG and PNG are taken", declared)
	}
	c, err := config(bytes.NewReader(raw))
	if err != nil {
		return nil, unreadablePhoto()
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels ||
		c.Width*c.Height*pixelBytes(c.ColorModel) > maxDecoded {
		return nil, problem(http.StatusUnprocessableEntity, "photo_too_big",
			"the picture is %d × %d; at most %d megapixels and %d a side are taken", c.Width, c.Height, maxPixels/1_000_000, maxSide)
	}
	img, err := decode(bytes.NewReader(raw))
	if err != nil {
		return nil, unreadablePhoto()
	}
	turn := 1
	if sniffed == "image/jpeg" {
		turn = orientation(raw)
	}
	return plainJPEG(upright(shrink(img, keptSide), turn))
}

func unreadablePhoto() *Problem {
	return problem(http.StatusUnprocessableEntity, "photo_unreadable", "the picture is cut short or broken")
}

func pixelBytes(m color.Model) int {
	switch m {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}

// shrink draws img on white, no side longer than most.
func shrink(img image.Image, most int) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if longest := max(w, h); longest > most {
		w, h = max(1, w*most/longest), max(1, h*most/longest)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	if w == img.Bounds().Dx() && h == img.Bounds().Dy() {
		draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
		return out
	}
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Over, nil)
	return out
}

// upright undoes an EXIF orientation. Each value says where the camera's first row and
// column came to lie:
//
//	1 top-left     2 top-right     3 bottom-right  4 bottom-left
//	5 left-top     6 right-top     7 right-bottom  8 left-bottom
func upright(in *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return in
	}
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	to := func(x, y int) (int, int) {
		switch turn {
		case 2:
			return w - 1 - x, y
		case 3:
			return w - 1 - x, h - 1 - y
		case 4:
			return x, h - 1 - y
		case 5:
			return y, x
		case 6:
			return h - 1 - y, x
		case 7:
			return h - 1 - y, w - 1 - x
		default:
			return y, w - 1 - x
		}
	}
	size := image.Rect(0, 0, w, h)
	if turn >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := to(x, y)
			copy(out.Pix[out.PixOffset(tx, ty):][:4], in.Pix[in.PixOffset(x, y):][:4])
		}
	}
	return out
}

func plainJPEG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("api: encoding a photo: %w", err)
	}
	return b.Bytes(), nil
}

func thumbnail(data []byte, size int) ([]byte, error) {
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("api: a stored photo: %w", err)
	}
	if max(img.Bounds().Dx(), img.Bounds().Dy()) <= size {
		return data, nil
	}
	return plainJPEG(shrink(img, size))
}
