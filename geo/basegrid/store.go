package basegrid

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gridcommand/geo"
)

// Pack returns the grid as it is kept for ever: a GeoJSON FeatureCollection in WGS-84, by
// code, every name in it, packed with gzip; and the SHA-256 of the text, in hexadecimal.
// The same ground under the same name is always the same text.
func (g *Grid) Pack() (packed []byte, sum string, err error) {
	text := g.text()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(text)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, "", fmt.Errorf("basegrid: packing: %w", err)
	}
	hash := sha256.Sum256(text)
	return b.Bytes(), hex.EncodeToString(hash[:]), nil
}

// text writes a feature a line, so that two versions can be read side by side.
func (g *Grid) text() []byte {
	var b bytes.Buffer
	put := func(v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err) // codes, names and finite numbers always encode
		}
		b.Write(raw)
	}
	b.WriteString(`{"type":"FeatureCollection","version":`)
	put(g.version)
	b.WriteString(`,"features":[`)
	for i, c := range g.cells {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + `{"type":"Feature","properties":`)
		put(struct {
			Code      string `json:"code"`
			Parent    string `json:"parent"`
			Community string `json:"community_name"`
			Street    string `json:"street_name"`
		}{c.Code, c.Community, c.CommunityName, c.StreetName})
		b.WriteString(`,"geometry":{"type":"MultiPolygon","coordinates":`)
		put(g.regions[c.Code].multiPolygon())
		b.WriteString("}}")
	}
	b.WriteString("\n]}\n")
	return b.Bytes()
}

// Unpack returns the grid that [Grid.Pack] packed, whose text must have this sum. It was
// surveyed before it was packed, and is not again.
func Unpack(packed []byte, sum string) (*Grid, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("basegrid: unpacking: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("basegrid: unpacking: %w", err)
	}
	if hash := sha256.Sum256(text); hex.EncodeToString(hash[:]) != sum {
		return nil, errors.New("basegrid: unpacking: the grid is not the one that was packed")
	}
	g, faults, err := read(bytes.NewReader(text), geo.WGS84, false)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("basegrid: unpacking: %v", faults[0])
	}
	return g, nil
}
