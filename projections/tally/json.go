package tally

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
)

// AppendJSON appends r as encoding/json writes it, without escaping what only HTML would
// mind. A row has a hundred numbers, and a district thousands of people with a row each:
// by reflection alone that takes longer than to reckon them.
func (r *Row) AppendJSON(b []byte) []byte {
	v := reflect.ValueOf(r).Elem()
	for i, name := range rowNames {
		b = append(b, name...)
		switch x := v.Field(i).Addr().Interface().(type) {
		case *int64:
			b = strconv.AppendInt(b, *x, 10)
		case *Ratio:
			b = x.appendJSON(b)
		case *string:
			b = appendText(b, *x)
		case **float64:
			b = appendFloat(b, *x)
		case *Durations:
			b = x.appendJSON(b)
		case *map[incident.ReturnCode]int64:
			b = appendCounts(b, *x)
		case *map[ticket.Type]int64:
			b = appendCounts(b, *x)
		case **string:
			if *x == nil {
				b = append(b, "null"...)
			} else {
				b = appendText(b, **x)
			}
		case **Row:
			if *x == nil {
				b = append(b, "null"...)
			} else {
				b = (*x).AppendJSON(b)
			}
		default:
			panic(fmt.Sprintf("tally: a field of %T", x)) // a mistake of the program, which its test finds
		}
	}
	return append(b, '}')
}

// names returns what stands before each field of a struct.
func names(t reflect.Type) []string {
	var list []string
	for f := range t.Fields() {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		before := ","
		if len(list) == 0 {
			before = "{"
		}
		list = append(list, before+`"`+tag+`":`)
	}
	return list
}

var (
	rowNames = names(reflect.TypeFor[Row]())
	lapNames = names(reflect.TypeFor[Durations]())
)

func (r *Ratio) appendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"n":`...), r.N, 10)
	b = strconv.AppendInt(append(b, `,"d":`...), r.D, 10)
	return append(appendFloat(append(b, `,"rate":`...), r.Rate), '}')
}

func (d *Durations) appendJSON(b []byte) []byte {
	v := reflect.ValueOf(d).Elem()
	for i, name := range lapNames {
		x := v.Field(i).Addr().Interface().(*Duration)
		b = strconv.AppendInt(append(append(b, name...), `{"n":`...), x.N, 10)
		b = appendInt(append(b, `,"median_min":`...), x.MedianMin)
		b = append(appendInt(append(b, `,"p90_min":`...), x.P90Min), '}')
	}
	return append(b, '}')
}

func appendInt(b []byte, n *int64) []byte {
	if n == nil {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, *n, 10)
}

func appendFloat(b []byte, f *float64) []byte {
	switch {
	case f == nil:
		return append(b, "null"...)
	case *f == 0 || math.Abs(*f) >= 1e-6 && math.Abs(*f) < 1e21:
		return strconv.AppendFloat(b, *f, 'f', -1, 64)
	}
	return append(b, written(*f)...)
}

func appendCounts[K ~string](b []byte, m map[K]int64) []byte {
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i == 0 {
			b = append(b, '{')
		} else {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(appendText(b, string(k)), ':'), m[k], 10)
	}
	if len(m) == 0 {
		return append(b, written(m)...)
	}
	return append(b, '}')
}

// appendText appends a text that needs no escape as it is.
func appendText(b []byte, s string) []byte {
	plain := utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' || r == '"' || r == '\\' || r == 0x7f || r == '\u2028' || r == '\u2029'
	}) < 0
	if !plain {
		return append(b, written(s)...)
	}
	return append(append(append(b, '"'), s...), '"')
}

func written(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // numbers and texts are JSON
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
