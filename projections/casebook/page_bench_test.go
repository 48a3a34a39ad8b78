package casebook_test

import (
	"encoding/json"
	"testing"

	"gridcommand/projections/casebook"
)

// What a page costs beyond the index: reading 50 files, and writing them as JSON.
func BenchmarkPage(b *testing.B) {
	v, _ := lived(b, 3, 1500)
	if err := v.Warm(b.Context()); err != nil {
		b.Fatal(err)
	}
	q := casebook.Query{Scope: everything}
	var page casebook.Page
	b.Run("List", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var err error
			if page, err = v.List(b.Context(), q); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("JSON", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			data, err := json.Marshal(page.Items)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
		}
	})
}
