package tally_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"gridcommand/projections/tally"
)

// A row is written as encoding/json writes it, whatever stands in it.
func TestARowIsWrittenAsJSONHasIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var row tally.Row
		fill(t, reflect.ValueOf(&row).Elem(), 1)
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(row); err != nil {
			t.Fatal(err)
		}
		if got := string(row.AppendJSON(nil)) + "\n"; got != want.String() {
			t.Fatalf("written\n%s\nJSON has\n%s", got, want.String())
		}
	})
}

// fill puts something into every field, and rows into rows to a depth.
func fill(t *rapid.T, v reflect.Value, deep int) {
	switch v.Kind() {
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "n"))
	case reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 1), rapid.Just(0.0), rapid.Just(1e-9)).Draw(t, "f"))
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.String(), rapid.Just("花城街道 <&> \"x\"")).Draw(t, "s"))
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*tally.Row]() && deep == 0 || rapid.Bool().Draw(t, "null") {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), deep-1)
	case reflect.Map:
		if rapid.Bool().Draw(t, "no map") {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 3).Draw(t, "keys") {
			k, n := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(t, k, 0)
			fill(t, n, 0)
			v.SetMapIndex(k, n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), deep)
		}
	default:
		t.Fatalf("a field of kind %s", v.Kind())
	}
}
