package eventstore

import (
	"testing"

	"pgregory.net/rapid"
)

// What was written is read back, whatever is in it.
func TestMetaComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.SampledFrom([]string{`a"b`, `a\b`, "<&>", "\u2028", "张三", "}", `","actor":"`}))
		m := Meta{part.Draw(t, "actor"), part.Draw(t, "correlation"), part.Draw(t, "causation")}
		var r MetaReader
		for range 2 {
			got, err := r.Read([]byte(m.Text()))
			if err != nil || got != m {
				t.Fatalf("%+v comes back as %+v (%v)", m, got, err)
			}
		}
	})
}

// Bytes that were changed so that they would say the same are not taken for what was
// written: what nobody reads, no seal covers.
func TestMetaInOtherBytesIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "{", "null", "[]", `{"Actor":"a"}`, `{"actor":"a" }`, `{ "actor":"a"}`, `{"actor":"a","more":1}`, `{"actor":"a","causation":""}`, `{"actor":""}`,
		`{"causation":"c","actor":"a"}`, `{"actor":"\u0061"}`, `{"actor":"a","actor":"a"}`, `{"actor":"a"},`, `{"actor":"a",}`, `{,"actor":"a"}`,
	} {
		var r MetaReader
		if m, err := r.Read([]byte(text)); err == nil {
			t.Errorf("%q is taken for %+v", text, m)
		}
	}
	for _, text := range []string{`{}`, `{"actor":"a"}`, `{"correlation":"b"}`, `{"actor":"a","causation":"c"}`, `{"actor":"a","correlation":"b","causation":"c"}`} {
		var r MetaReader
		if m, err := r.Read([]byte(text)); err != nil || m.Text() != text {
			t.Errorf("%q: %+v, %v", text, m, err)
		}
	}
}
