package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"gridcommand/domain/jurisdiction"
)

// A route is one URL with all that the adapter and the OpenAPI document must know of
// it. Build it with get, post, send and the like.
type route struct {
	method, path  string
	name, summary string
	open          bool                                  // without a log-in
	may           func(jurisdiction.Role) bool          // nil: everyone who is logged in
	ofIncident    bool                                  // {id} is an incident that must be there and visible
	there         func(context.Context, *Request) error // what the path names must be there; nil: it names nothing
	key           bool                                  // takes an Idempotency-Key
	query         reflect.Type
	body          reflect.Type // of a JSON body; nil: none
	bodyOptional  bool         // no body is as good as {}
	bodyMedia     []string     // of a body of bytes
	status        int
	answer        reflect.Type
	answerMedia   []string // of an answer of bytes
	serve         func(ctx context.Context, r *Request, query, body any) (any, error)
}

// none stands for a query or body that there is not.
type none struct{}

// A blob is an answer of bytes.
type blob struct {
	media string
	data  []byte
	etag  string // empty: none
	cache string // Cache-Control
	empty bool   // 204
}

// An option says something more of a route.
type option func(*route)

func get[Q, A any](path, name, summary string, f func(context.Context, *Request, Q) (A, error), more ...option) route {
	rt := route{
		method: http.MethodGet, path: path, name: name, summary: summary, status: http.StatusOK,
		query: reflect.TypeFor[Q](), answer: reflect.TypeFor[A](),
		serve: func(ctx context.Context, r *Request, query, _ any) (any, error) { return f(ctx, r, *query.(*Q)) },
	}
	for _, o := range more {
		o(&rt)
	}
	return rt
}

func post[B, A any](status int, path, name, summary string, f func(context.Context, *Request, B) (A, error), more ...option) route {
	rt := route{
		method: http.MethodPost, path: path, name: name, summary: summary, status: status,
		body: reflect.TypeFor[B](), answer: reflect.TypeFor[A](),
		serve: func(ctx context.Context, r *Request, _, body any) (any, error) { return f(ctx, r, *body.(*B)) },
	}
	if rt.body == reflect.TypeFor[none]() {
		rt.bodyOptional = true
	}
	for _, o := range more {
		o(&rt)
	}
	return rt
}

func open(rt *route)       { rt.open = true }
func ofIncident(rt *route) { rt.ofIncident = true }
func of(there func(context.Context, *Request) error) option {
	return func(rt *route) { rt.there = there }
}
func keyed(rt *route)                            { rt.key = true }
func by(may func(jurisdiction.Role) bool) option { return func(rt *route) { rt.may = may } }
func gives(media ...string) option               { return func(rt *route) { rt.answerMedia = media } }

func takes(media ...string) option     { return func(rt *route) { rt.bodyMedia, rt.body = media, nil } }
func via(method string) option         { return func(rt *route) { rt.method = method } }
func readers(r jurisdiction.Role) bool { return r != jurisdiction.Screen && r != jurisdiction.Admin }
func viewers(r jurisdiction.Role) bool { return r != jurisdiction.Admin }

// handler makes a route answer. The order of its checks is the contract's: 401 who are
// you · 400 unparseable · 404 not there for you · 403 never your role · 422 invalid ·
// then the handler: 409 another version · 422 a rule says no.
func (s *server) handler(rt route) http.Handler {
	params := s.schemas.params(rt.query)
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		ctx := hr.Context()
		r := &Request{Request: hr, ID: requestID(ctx), header: w.Header()}
		answer, err := s.judgeAndServe(ctx, w, r, rt, params)
		if err != nil {
			s.refuse(ctx, w, r, err)
			return
		}
		s.answer(w, hr, rt.status, answer)
	})
}

func (s *server) judgeAndServe(ctx context.Context, w http.ResponseWriter, r *Request, rt route, params []param) (any, error) {
	var err error
	if !rt.open {
		if r.Person, r.Session, err = s.authenticate(ctx, r.Request); err != nil {
			return nil, err
		}
		noteAccount(ctx, r.Person.Name)
	} else if writes(r.Method) && foreign(r.Request) {
		return nil, crossOrigin() // a foreign page could log its visitor in as somebody else
	}

	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "unparseable", "the query is not readable")
	}
	var parsed any
	switch {
	case rt.bodyMedia != nil:
		patient(w)
		if r.Raw, err = readBody(w, r.Request, maxPhoto, rt.bodyMedia...); err != nil {
			return nil, err
		}
	case rt.body != nil:
		raw, err := readBody(w, r.Request, maxJSON, "application/json")
		if err != nil {
			return nil, err
		}
		if len(raw) == 0 && rt.bodyOptional {
			parsed = map[string]any{}
		} else if parsed, err = parse(raw); err != nil {
			return nil, err
		}
	}

	if rt.ofIncident {
		if r.Case, err = s.find(ctx, r.Person, r.PathValue("id")); err != nil {
			return nil, err
		}
	}
	if rt.there != nil {
		if err := rt.there(ctx, r); err != nil {
			return nil, err
		}
	}
	if rt.may != nil && !rt.may(r.Person.Role) {
		return nil, forbidden()
	}

	var query any = &none{}
	if rt.query != nil {
		target := reflect.New(rt.query)
		if found := s.schemas.readParams(params, given, target); len(found) > 0 {
			return nil, invalid(found...)
		}
		query = target.Interface()
	} else if found := s.schemas.readParams(nil, given, reflect.Value{}); len(found) > 0 {
		return nil, invalid(found...)
	}
	var body any = &none{}
	if rt.body != nil {
		if found := s.schemas.check(s.schemas.of(rt.body), parsed); len(found) > 0 {
			return nil, invalid(found...)
		}
		target := reflect.New(rt.body)
		if err := json.Unmarshal(encode(parsed), target.Interface()); err != nil {
			return nil, invalid(unreadable(err))
		}
		body = target.Interface()
	}
	if rt.key {
		if r.Key, err = keyOf(r.Request, r.Person, parsed); err != nil {
			return nil, err
		}
	}
	return rt.serve(ctx, r, query, body)
}

// patient gives a weak network the time that a photo takes: 10 MB at 128 kbit/s. A
// connection that has no deadlines keeps none.
func patient(w http.ResponseWriter) {
	c, until := http.NewResponseController(w), time.Now().Add(15*time.Minute)
	_ = c.SetReadDeadline(until)
	_ = c.SetWriteDeadline(until)
}

// unreadable says which field the schema let pass and the type did not.
func unreadable(err error) FieldError {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return FieldError{Pointer: "/" + strings.ReplaceAll(e.Field, ".", "/"), Detail: "has a wrong value"}
	}
	return FieldError{Detail: "a field has a wrong value"}
}

// refuse answers with a problem. A failure shows its request id and nothing else.
func (s *server) refuse(ctx context.Context, w http.ResponseWriter, r *Request, err error) {
	p := problemOf(err)
	if p == nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return // nobody is there to be answered
		}
		s.Log.ErrorContext(ctx, "request failed", slog.String("request", r.ID), slog.String("path", r.URL.Path), slog.Any("error", err))
		p = problem(http.StatusInternalServerError, "internal", "something broke; it is logged under the request id")
	}
	p.write(w, r.ID)
}

func (s *server) answer(w http.ResponseWriter, r *http.Request, status int, answer any) {
	h := w.Header()
	switch a := answer.(type) {
	case blob:
		if a.cache != "" {
			h.Set("Cache-Control", a.cache)
		}
		if a.etag != "" {
			h.Set("ETag", a.etag)
			if noneMatch(r, a.etag) {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		if a.empty {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		send(w, r, status, a.media, a.data)
	case *download:
		a.send(w, status)
	case none:
		w.WriteHeader(http.StatusNoContent)
	case Statistics:
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", "application/json")
		h.Add("Vary", "Accept-Encoding")
		zip(w, r, status, a.writeTo)
	default:
		if h.Get("Cache-Control") == "" {
			h.Set("Cache-Control", "no-store")
		}
		send(w, r, status, "application/json", encode(answer))
	}
}

// worthZipping is the size from which an answer is compressed for those who take it so:
// a list is a tenth of its size then, and phones stand in the field.
const worthZipping = 4 << 10

func send(w http.ResponseWriter, r *http.Request, status int, media string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	if media == "image/jpeg" || len(data) < worthZipping {
		w.WriteHeader(status)
		_, _ = w.Write(data) // whoever asked may be gone
		return
	}
	h.Add("Vary", "Accept-Encoding")
	zip(w, r, status, func(w io.Writer) { _, _ = w.Write(data) })
}

// zip sends what write writes, compressed for those who take it so.
func zip(w http.ResponseWriter, r *http.Request, status int, write func(io.Writer)) {
	if !takesGzip(r) {
		w.WriteHeader(status)
		write(w)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := zippers.Get().(*gzip.Writer)
	z.Reset(w)
	write(z)
	_ = z.Close()
	zippers.Put(z)
}

var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // a level that there is
	return z
}}

func takesGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if name == "gzip" && strings.ReplaceAll(quality, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

func noneMatch(r *http.Request, etag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for tag := range strings.SplitSeq(line, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}
