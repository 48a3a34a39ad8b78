package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/web/accounts"
)

const (
	cookieName = "gridcommand_session"
	// maxJSON bounds a JSON body: the largest we know of has a few kilobytes.
	maxJSON = 1 << 20
	// maxPhoto bounds a photo's body.
	maxPhoto = 10 << 20
	// maxKey bounds an Idempotency-Key, in characters.
	maxKey = 128
)

// A Request is what a handler gets: the request, judged as far as the adapter can.
type Request struct {
	*http.Request
	ID      string              // of the request, for logs and problems
	Person  jurisdiction.Person // zero on open routes
	Session string
	Case    *found         // the incident of {id}, there and visible; nil on other routes
	Key     eventstore.Key // from Idempotency-Key; zero: none
	Raw     []byte         // the body, on routes that take bytes

	header http.Header // of the answer
}

// authenticate finds out who asks. Programs send a bearer token, browsers the cookie; a
// write by cookie must come from our own pages.
func (s *server) authenticate(ctx context.Context, r *http.Request) (jurisdiction.Person, string, error) {
	token, byCookie := "", false
	if given := r.Header.Values("Authorization"); len(given) > 0 {
		scheme, rest, _ := strings.Cut(given[0], " ")
		if len(given) > 1 || !strings.EqualFold(scheme, "Bearer") {
			return jurisdiction.Person{}, "", unauthorized("Authorization must be one bearer token")
		}
		token = strings.TrimSpace(rest)
	} else if cookies := r.CookiesNamed(cookieName); len(cookies) == 1 {
		token, byCookie = cookies[0].Value, true
	}
	if token == "" || len(token) > 256 {
		return jurisdiction.Person{}, "", unauthorized("log in first")
	}
	person, session, err := s.Accounts.Resolve(ctx, token)
	if errors.Is(err, accounts.ErrNoSession) {
		return jurisdiction.Person{}, "", unauthorized("this session is over")
	}
	if err != nil {
		return jurisdiction.Person{}, "", err
	}
	if byCookie && writes(r.Method) && foreign(r) {
		return jurisdiction.Person{}, "", crossOrigin()
	}
	return person, session, nil
}

func unauthorized(detail string) *Problem {
	return problem(http.StatusUnauthorized, "unauthorized", "%s", detail)
}

func crossOrigin() *Problem {
	return problem(http.StatusForbidden, "cross_origin", "another site's page may not write here")
}

func writes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// foreign tells whether a browser says that another site's page sent r.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host)
}

// address is who is at the other end of the connection.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// readBody returns the body if it is of one of the media types and within limit.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, media ...string) ([]byte, error) {
	unsupported := func(format string, args ...any) ([]byte, error) {
		return nil, problem(http.StatusUnsupportedMediaType, "unsupported_media_type", format, args...)
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return unsupported("a body with Content-Encoding is not taken")
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, tooLarge(limit)
		}
		return nil, problem(http.StatusBadRequest, "unparseable", "the body could not be read to its end")
	}
	given := r.Header.Values("Content-Type")
	if len(body) == 0 && len(given) == 0 {
		return nil, nil
	}
	if len(given) != 1 {
		return unsupported("one Content-Type is wanted: %s", strings.Join(media, " or "))
	}
	kind, params, err := mime.ParseMediaType(given[0])
	if err != nil {
		return unsupported("the Content-Type is not readable")
	}
	for _, m := range media {
		if kind != m {
			continue
		}
		if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
			return unsupported("the charset must be utf-8")
		}
		return body, nil
	}
	return unsupported("the Content-Type must be %s", strings.Join(media, " or "))
}

func tooLarge(limit int64) *Problem {
	return problem(http.StatusRequestEntityTooLarge, "too_large", "the body may have %d bytes", limit)
}

// keyOf returns the idempotency key of a write: its scope is the account, its digest
// covers method, path and the body in canonical form.
func keyOf(r *http.Request, person jurisdiction.Person, body any) (eventstore.Key, error) {
	given := r.Header.Values("Idempotency-Key")
	if len(given) == 0 {
		return eventstore.Key{}, nil
	}
	key := given[0]
	switch {
	case len(given) > 1:
		return eventstore.Key{}, wrong("Idempotency-Key", "stands more than once")
	case key == "":
		return eventstore.Key{}, wrong("Idempotency-Key", "is empty")
	case !utf8.ValidString(key) || badText(key) != "":
		return eventstore.Key{}, wrong("Idempotency-Key", "is not plain text")
	case utf8.RuneCountInString(key) > maxKey:
		return eventstore.Key{}, wrong("Idempotency-Key", "has more than %d characters", maxKey)
	}
	h := sha256.New()
	_, _ = io.WriteString(h, r.Method+"\n"+r.URL.Path+"\n")
	_, _ = h.Write(encode(body))
	k := eventstore.Key{Scope: "account:" + person.Name, ID: key}
	h.Sum(k.Digest[:0])
	return k, nil
}

// actor is the person as facts name them: the post, not the human.
func (s *server) actor(p jurisdiction.Person) incident.Actor {
	a := incident.Actor{Person: p.Name, Unit: p.Unit, Role: p.Role}
	if u, ok := s.reference().Book.Unit(p.Unit); ok {
		a.Name = u.Name
	}
	return a
}
