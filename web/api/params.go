package api

import (
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"gridcommand/domain/deadline"
)

// A param is one query parameter, made from a field with a `query` tag. Text, whole
// numbers, booleans, times and lists of text are known; a list stands as a,b or as the
// parameter repeated. A parameter without a value is as good as none.
type param struct {
	name   string
	index  []int
	schema *huma.Schema
	doc    string
}

// A moment is a time in a query: RFC 3339, or a day, which begins at midnight in the
// district.
type moment struct {
	time.Time
	day bool
}

// end returns the exclusive end of a range that m closes: a day is meant whole.
func (m moment) end() time.Time {
	if m.day {
		return m.AddDate(0, 0, 1)
	}
	return m.Time
}

var momentType = reflect.TypeFor[moment]()

func (s *schemas) params(t reflect.Type) []param {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var all []param
	for _, f := range reflect.VisibleFields(t) {
		name := f.Tag.Get("query")
		if name == "" {
			continue
		}
		p := param{name: name, index: f.Index, doc: f.Tag.Get("doc")}
		elem := f.Type
		for elem.Kind() == reflect.Pointer || elem.Kind() == reflect.Slice {
			elem = elem.Elem()
		}
		switch {
		case elem == momentType:
			p.schema = &huma.Schema{Type: huma.TypeString, Examples: []any{"2026-11-23T08:00:00+08:00"}}
		case words[elem] != nil:
			p.schema = s.of(f.Type)
		default:
			p.schema = huma.SchemaFromField(s.registry, f, "")
		}
		p.schema.Nullable = false
		p.schema.Description = ""
		p.schema.PrecomputeMessages()
		all = append(all, p)
	}
	return all
}

// readParams fills target, a pointer to the struct that params came from. Unknown
// parameters and wrong values are errors.
func (s *schemas) readParams(params []param, given url.Values, target reflect.Value) []FieldError {
	var found []FieldError
	bad := func(name, detail string) { found = append(found, FieldError{Parameter: name, Detail: detail}) }
	for _, name := range sortedKeys(given) {
		if !slices.ContainsFunc(params, func(p param) bool { return p.name == name }) {
			bad(name, "is not a parameter of this request")
		}
	}
	for _, p := range params {
		values := slices.DeleteFunc(slices.Clone(given[p.name]), func(v string) bool { return v == "" })
		if len(values) == 0 {
			continue
		}
		if slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) || badText(v) != "" }) {
			bad(p.name, "is not plain text")
			continue
		}
		field := target.Elem().FieldByIndex(p.index)
		if field.Kind() == reflect.Slice {
			values = strings.Split(strings.Join(values, ","), ",")
		} else if len(values) > 1 {
			bad(p.name, "stands more than once")
			continue
		}
		value, why := readValue(field.Type(), values)
		if why != "" {
			bad(p.name, why)
			continue
		}
		if field.Type() != momentType && field.Type() != reflect.PointerTo(momentType) {
			if errs := s.judge(p.schema, plain(value)); len(errs) > 0 {
				bad(p.name, errs[0].Detail)
				continue
			}
		}
		field.Set(value)
	}
	return found
}

func readValue(t reflect.Type, values []string) (reflect.Value, string) {
	v := reflect.New(t).Elem()
	text := values[0]
	switch {
	case t.Kind() == reflect.Pointer:
		inner, why := readValue(t.Elem(), values)
		if why != "" {
			return v, why
		}
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(inner)
	case t == momentType:
		m, ok := parseMoment(text)
		if !ok {
			return v, "is not a time with its zone (2026-11-23T08:00:00+08:00) or a day (2026-11-23)"
		}
		v.Set(reflect.ValueOf(m))
	case t.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(t, len(values), len(values)))
		for i, x := range values {
			v.Index(i).SetString(x)
		}
	case t.Kind() == reflect.String:
		v.SetString(text)
	case t.Kind() == reflect.Bool:
		switch text {
		case "true", "false":
			v.SetBool(text == "true")
		default:
			return v, "is neither true nor false"
		}
	case t.Kind() == reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f != f || f > 1e15 || f < -1e15 {
			return v, "is not a number"
		}
		v.SetFloat(f)
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return v, "is not a whole number"
		}
		v.SetInt(n)
	}
	return v, ""
}

// plain returns a value as JSON would have it, for the judge.
func plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = v.Index(i).String()
		}
		return out
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int64:
		return float64(v.Int())
	default:
		return v.Interface()
	}
}

// A plus sign in a query means a blank; a zone that lost its plus is still meant.
var lostPlus = regexp.MustCompile(` (\d\d:\d\d)$`)

func parseMoment(text string) (moment, bool) {
	if day, err := time.ParseInLocation(time.DateOnly, text, deadline.CST); err == nil {
		return moment{Time: day, day: true}, inCalendar(day)
	}
	at, err := time.Parse(time.RFC3339, lostPlus.ReplaceAllString(text, "+$1"))
	return moment{Time: at}, err == nil && inCalendar(at)
}

// inCalendar keeps out years that no incident can be of.
func inCalendar(t time.Time) bool { return t.Year() >= 1990 && t.Year() <= 2100 }

func sortedKeys(m map[string][]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
