package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth is how deep a body may nest. Ours nest three deep.
const maxDepth = 32

// parse reads one JSON value as strictly as RFC 8259 allows: UTF-8 without a byte
// order mark, no half of a surrogate pair, no name twice in one object, numbers that a
// float64 holds, nothing after the value. The error is a 400.
func parse(body []byte) (any, error) {
	fail := func(format string, args ...any) (any, error) {
		return nil, problem(400, "unparseable", "the body is not JSON as RFC 8259 and I-JSON have it: "+format, args...)
	}
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return fail("it is empty")
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return fail("it begins with a byte order mark")
	case !utf8.Valid(body):
		return fail("it is not UTF-8")
	}
	if err := wholeSurrogates(body); err != nil {
		return fail("%v", err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	v, err := parseValue(d, 0)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return fail("it ends too early")
		}
		return fail("%v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fail("something follows the value")
	}
	return v, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("it nests deeper than %d", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(t.String(), 64)
		if err != nil {
			return nil, fmt.Errorf("the number %.40s is too large", t)
		}
		return f, nil
	case json.Delim:
		if t == '[' {
			list := []any{}
			for d.More() {
				v, err := parseValue(d, depth+1)
				if err != nil {
					return nil, err
				}
				list = append(list, v)
			}
			_, err := d.Token()
			return list, err
		}
		object := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			key := name.(string) // the decoder lets nothing else stand here
			if _, twice := object[key]; twice {
				return nil, fmt.Errorf("the name %.80q stands twice in one object", key)
			}
			if object[key], err = parseValue(d, depth+1); err != nil {
				return nil, err
			}
		}
		_, err := d.Token()
		return object, err
	}
	return token, nil
}

// wholeSurrogates finds \u escapes that are half of a pair, which encoding/json
// replaces in silence.
func wholeSurrogates(body []byte) error {
	escape := func(i int) (rune, bool) {
		if i+6 > len(body) || body[i] != '\\' || body[i+1] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(string(body[i+2:i+6]), 16, 16)
		return rune(n), err == nil
	}
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		r, ok := escape(i)
		switch {
		case !ok:
			i++ // whatever is escaped, it is one byte
		case r >= 0xD800 && r < 0xDC00:
			low, ok := escape(i + 6)
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return fmt.Errorf("\\u%04x is half of a surrogate pair", r)
			}
			i += 11
		case r >= 0xDC00 && r <= 0xDFFF:
			return fmt.Errorf("\\u%04x is half of a surrogate pair", r)
		default:
			i += 5
		}
	}
	return nil
}

// maxMarks is how many combining marks may follow one another. Vietnamese needs two,
// Tibetan a few; more is somebody drawing over the next line.
const maxMarks = 8

// badText says what no text may hold, or "". Line breaks and tabs are a matter of the
// field's pattern; emoji joiners are part of emoji.
func badText(s string) string {
	marks := 0
	for _, r := range s {
		switch {
		case r < ' ' && r != '\n' && r != '\r' && r != '\t', r >= 0x7F && r <= 0x9F:
			return fmt.Sprintf("holds the control character U+%04X", r)
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
			return fmt.Sprintf("holds the direction mark U+%04X", r)
		case r == 0x200B, r == 0x2060, r == 0xFEFF, r == 0x2028, r == 0x2029:
			return fmt.Sprintf("holds the invisible character U+%04X", r)
		case r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			return fmt.Sprintf("holds U+%04X, which is no character", r)
		}
		if unicode.Is(unicode.M, r) && !(r >= 0xFE00 && r <= 0xFE0F) {
			if marks++; marks > maxMarks {
				return "piles up combining marks"
			}
		} else {
			marks = 0
		}
	}
	return ""
}

// badTexts finds every text in v that may not be, with its pointer.
func badTexts(v any, pointer string) []FieldError {
	switch v := v.(type) {
	case string:
		if why := badText(v); why != "" {
			return []FieldError{{Pointer: pointer, Detail: why}}
		}
	case []any:
		var all []FieldError
		for i, x := range v {
			all = append(all, badTexts(x, pointer+"/"+strconv.Itoa(i))...)
		}
		return all
	case map[string]any:
		var all []FieldError
		for _, name := range sortedNames(v) {
			at := pointer + "/" + escapePointer(name)
			if why := badText(name); why != "" {
				all = append(all, FieldError{Pointer: at, Detail: "is a name that " + why})
				continue
			}
			all = append(all, badTexts(v[name], at)...)
		}
		return all
	}
	return nil
}

// escapePointer writes a name as one step of a JSON pointer (RFC 6901).
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// encode writes v as JSON without escaping what only HTML would mind.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("api: an answer that is no JSON: %v", err)) // a mistake of the program: answers are our own types
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
