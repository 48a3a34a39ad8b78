package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"strings"

	"gridcommand/geo/basegrid"

	"golang.org/x/image/vector"
)

// paint writes a picture of the drawing for looking at: a hue for a street, a
// shade for a community, lines that grow with the level they divide.
func (d *drawing) paint(name string) error {
	const width, height, border = 2400, 1900, 40
	lo, hi := d.cells[0].ring[0], d.cells[0].ring[0]
	for _, c := range d.cells {
		for _, v := range c.ring {
			lo = basegrid.Vertex{X: min(lo.X, v.X), Y: min(lo.Y, v.Y)}
			hi = basegrid.Vertex{X: max(hi.X, v.X), Y: max(hi.Y, v.Y)}
		}
	}
	scale := min((width-2*border)/float64(hi.X-lo.X)/scaleX, (height-2*border)/float64(hi.Y-lo.Y)/scaleY)
	place := func(v basegrid.Vertex) (float32, float32) {
		return border + float32(float64(v.X-lo.X)*scaleX*scale), height - border - float32(float64(v.Y-lo.Y)*scaleY*scale)
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)

	sides := make(map[[2]basegrid.Vertex]string)
	for _, c := range d.cells {
		for i, v := range c.ring {
			sides[[2]basegrid.Vertex{v, c.ring[(i+1)%len(c.ring)]}] = c.code
		}
	}
	for _, c := range d.cells {
		// A rasterizer as large as the grid, moved to its place.
		lowX, lowY := float32(width), float32(height)
		var highX, highY float32
		for _, v := range c.ring {
			x, y := place(v)
			lowX, lowY = min(lowX, x), min(lowY, y)
			highX, highY = max(highX, x), max(highY, y)
		}
		at := image.Rect(int(lowX), int(lowY), int(highX)+1, int(highY)+1)
		r := vector.NewRasterizer(at.Dx(), at.Dy())
		for i, v := range c.ring {
			x, y := place(v)
			x, y = x-float32(at.Min.X), y-float32(at.Min.Y)
			if i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
		r.Draw(img, at, image.NewUniform(d.shade(c.code)), image.Point{})
	}
	for level := range 3 {
		digits := []int{15, 12, 9}[level]
		w := []float32{0.5, 1, 2}[level]
		ink := []color.Color{color.RGBA{60, 60, 60, 170}, color.RGBA{40, 40, 40, 255}, color.RGBA{0, 0, 0, 255}}[level]
		r := vector.NewRasterizer(width, height)
		for side, code := range sides {
			other := sides[[2]basegrid.Vertex{side[1], side[0]}]
			if other != "" && (code > other || code[:digits] == other[:digits]) {
				continue
			}
			ax, ay := place(side[0])
			bx, by := place(side[1])
			dx, dy := bx-ax, by-ay
			if n := float32(math.Hypot(float64(dx), float64(dy))); n > 0 {
				dx, dy = dx/n*w, dy/n*w
				r.MoveTo(ax-dy, ay+dx)
				r.LineTo(bx-dy, by+dx)
				r.LineTo(bx+dy, by-dx)
				r.LineTo(ax+dy, ay-dx)
				r.ClosePath()
			}
		}
		r.Draw(img, img.Bounds(), image.NewUniform(ink), image.Point{})
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		return err
	}
	return f.Close()
}

func (d *drawing) shade(code string) color.Color {
	hues := []color.RGBA{
		{230, 120, 110, 255},
		{240, 180, 90, 255},
		{150, 190, 110, 255},
		{120, 180, 200, 255},
		{120, 160, 120, 255},
		{170, 150, 210, 255},
		{220, 200, 130, 255},
		{150, 200, 190, 255},
		{200, 160, 140, 255},
		{180, 190, 160, 255},
	}
	k := 0
	for i, s := range d.in.streets {
		if strings.HasPrefix(code, s.code) {
			k = i
			for j, u := range s.units {
				if strings.HasPrefix(code, u.code) {
					h := hues[k]
					dim := uint8(j * 7 % 36)
					return color.RGBA{h.R - dim, h.G - dim, h.B - dim, 255}
				}
			}
		}
	}
	return hues[k]
}
