package casefile

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gridcommand/domain/deadline"
	"gridcommand/domain/reference"
)

// drawn fills v with anything its type can hold, nil and empty lists, zones and parts of
// a microsecond among it. Deep down it draws less and less, for a file may hold a file.
func drawn(t *rapid.T, v reflect.Value, depth int) {
	some := func(share int) bool { return rapid.IntRange(0, share).Draw(t, "some") == 0 }
	switch {
	case v.Type() == timeType:
		if some(3) {
			return
		}
		at := time.UnixMicro(rapid.Int64Range(-1<<50, 1<<51).Draw(t, "micros"))
		if some(3) {
			at = at.Add(time.Duration(rapid.IntRange(1, 999).Draw(t, "nanos")))
		}
		zone := rapid.SampledFrom([]*time.Location{time.UTC, deadline.CST, time.FixedZone("", -5400)}).Draw(t, "zone")
		v.Set(reflect.ValueOf(at.In(zone)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if some(1) {
				drawn(t, v.Field(i), depth)
			}
		}
	case v.Kind() == reflect.Pointer:
		if depth == 0 {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		drawn(t, v.Elem(), depth-1)
	case v.Kind() == reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, "n")
		if depth == 0 {
			n = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			drawn(t, v.Index(i), depth-1)
		}
	case v.Kind() == reflect.String:
		v.SetString(rapid.OneOf(rapid.SampledFrom([]string{"440114002", "normal", "wgs84", "已到场"}), rapid.String()).Draw(t, "text"))
	case v.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case v.Kind() == reflect.Float64:
		v.SetFloat(rapid.Float64().Draw(t, "float"))
	default:
		v.SetInt(rapid.Int64().Draw(t, "int"))
	}
}

// same compares moments with their zones.
var same = cmp.Comparer(func(a, b time.Time) bool {
	_, x := a.Zone()
	_, y := b.Zone()
	return a.Equal(b) && x == y
})

// What is packed comes out equal, and its bytes follow from it alone.
func TestPackedFilesComeOutEqual(t *testing.T) {
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	dictionary := wordsOf(NewFolder(ref.Book, ref.Matters))
	rapid.Check(t, func(t *rapid.T) {
		var f File
		drawn(t, reflect.ValueOf(&f).Elem(), 3)
		for _, w := range []*words{dictionary, noWords} {
			data := w.pack(&f)
			got, err := w.unpack(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(f, got, same); diff != "" {
				t.Fatalf("(-packed +unpacked):\n%s", diff)
			}
			if again := w.pack(&got); !bytes.Equal(data, again) {
				t.Fatalf("packed again, it is other bytes:\n%x\n%x", data, again)
			}
		}
	})
}

// Bytes that were cut or changed are refused or come out as some file; they never crash.
func TestDamagedFilesAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f File
		drawn(t, reflect.ValueOf(&f).Elem(), 2)
		data := noWords.pack(&f)
		cut := data[:rapid.IntRange(0, len(data)-1).Draw(t, "cut")]
		if got, err := noWords.unpack(cut); err == nil {
			t.Fatalf("%d of %d bytes were taken for %+v", len(cut), len(data), got)
		}
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		data[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		_, _ = noWords.unpack(data)
	})
}

// Another field is another layout, and so is another order.
func TestTheLayoutNamesEveryField(t *testing.T) {
	of := func(v any) string {
		_, fields, _ := strings.Cut(forms{}.of(reflect.TypeOf(v)).says, "{")
		return fields
	}
	type (
		a struct{ X, Y int }
		b struct{ Y, X int }
		c struct{ X, Y *int }
	)
	seen := map[string]bool{of(File{}): true, of(a{}): true, of(b{}): true, of(c{}): true}
	if len(seen) != 4 {
		t.Errorf("layouts are taken for one another: %v", seen)
	}
}
