package reference_test

import (
	"testing"

	"gridcommand/domain/reference"
)

// Whatever decodes is encoded under a name that decodes again, and a history takes it.
func FuzzDecode(f *testing.F) {
	for _, e := range samples() {
		name, data, err := reference.Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		e, err := reference.Decode(name, data)
		if err != nil {
			return
		}
		again, stored, err := reference.Encode(e)
		if err != nil || again != name {
			t.Fatalf("%s is stored as %s, %v", name, again, err)
		}
		if _, err := reference.Decode(again, stored); err != nil {
			t.Fatal(err)
		}
		reference.Evolve(reference.History{}, e)
	})
}
