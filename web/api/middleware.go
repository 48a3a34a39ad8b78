package api

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// noted is what a request learns about itself on its way, for the log.
type noted struct {
	id      string
	account string
	route   string
}

type notedKey struct{}

func notes(ctx context.Context) *noted {
	if n, ok := ctx.Value(notedKey{}).(*noted); ok {
		return n
	}
	return &noted{}
}

func requestID(ctx context.Context) string         { return notes(ctx).id }
func noteAccount(ctx context.Context, name string) { notes(ctx).account = name }

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is beneath.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack hands the connection to the websocket.
func (w *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.status = http.StatusSwitchingProtocols
	}
	return c, rw, err
}

const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'"

// wrap gives every request an id, a line in the log and safe headers, and turns a panic
// into a 500. The log holds the path but no query, which may hold what people search for.
func (s *server) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		begun := s.Wall()
		n := &noted{id: uuid.NewString()}
		ctx := context.WithValue(r.Context(), notedKey{}, n)
		w := &recorder{ResponseWriter: rw}
		h := w.Header()
		h.Set("X-Request-Id", n.id)
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()")
		defer func() {
			if what := recover(); what != nil {
				if what == http.ErrAbortHandler { //nolint:errorlint // a panic's value, compared as net/http does
					panic(what)
				}
				s.Log.ErrorContext(ctx, "request panicked", slog.String("request", n.id), slog.String("path", r.URL.Path),
					slog.String("panic", fmt.Sprint(what)), slog.String("stack", string(debug.Stack())))
				if w.status == 0 {
					problem(http.StatusInternalServerError, "internal", "something broke; it is logged under the request id").write(w, n.id)
				}
			}
			took := s.Wall().Sub(begun)
			if w.status != http.StatusSwitchingProtocols { // a socket's life is no answer's time
				s.meters.observe(n.route, r.Method, w.status, took)
			}
			s.Log.InfoContext(ctx, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Duration("took", took.Round(time.Microsecond)),
				slog.String("account", n.account), slog.String("request", n.id))
		}()
		if p := strangePath(r); p != nil {
			p.write(w, n.id)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// strangePath refuses what the mux would redirect: an API path has one spelling.
func strangePath(r *http.Request) *Problem {
	p := r.URL.Path
	switch {
	case p == "*" || !strings.HasPrefix(p, "/"):
		return problem(http.StatusBadRequest, "unparseable", "the request target is not a path")
	case !strings.HasPrefix(p, "/api/") && !strings.HasPrefix(path.Clean(p), "/api/"):
		return nil
	case path.Clean(p) != p || strings.ContainsAny(p, "\x00\\;"):
		return notFound()
	}
	return nil
}

// metered names the route for the figures, so that they do not grow with ids.
func (s *server) metered(name string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		notes(r.Context()).route = name
		h.ServeHTTP(w, r)
	})
}

// elsewhere answers API paths that no route has: 405 where another method would do, else 404.
func (s *server) elsewhere(mux *http.ServeMux) http.Handler {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		allowed := slices.DeleteFunc(slices.Clone(methods), func(m string) bool {
			other := r.Clone(r.Context())
			other.Method = m
			_, p := mux.Handler(other)
			return p == "/api/" || p == ""
		})
		if len(allowed) == 0 {
			notFound().write(w, requestID(r.Context()))
			return
		}
		p := problem(http.StatusMethodNotAllowed, "method_not_allowed", "this URL takes %s", strings.Join(allowed, ", "))
		p.allow = strings.Join(allowed, ", ")
		p.write(w, requestID(r.Context()))
	})
}
