package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain"
	"gridcommand/eventstore"
	"gridcommand/workflow"
)

// A Problem is an answer that says no, by RFC 9457. Type and Code are stable; Detail is
// for people.
type Problem struct {
	Type        string       `json:"type" doc:"urn:gridcommand:problem: and the code"`
	Title       string       `json:"title" doc:"what this status means"`
	Status      int          `json:"status"`
	Detail      string       `json:"detail" doc:"one English sentence"`
	DetailZh    string       `json:"detail_zh,omitempty" doc:"the same sentence in Chinese, where a rule said no"`
	Code        string       `json:"code" doc:"stable, snake_case"`
	Errors      []FieldError `json:"errors" doc:"what is wrong where; may be empty"`
	HaveVersion *int64       `json:"have_version,omitempty" doc:"with 409: the version the incident is at"`
	Reasons     []string     `json:"reasons,omitempty" doc:"with 503 of readyz: what is not ready"`
	RequestID   string       `json:"request_id,omitempty"`

	retryAfter time.Duration
	allow      string // with 405
}

// A FieldError says what is wrong with one part of a request.
type FieldError struct {
	Pointer   string `json:"pointer,omitempty" doc:"JSON pointer into the body"`
	Parameter string `json:"parameter,omitempty" doc:"name of a query parameter or header"`
	Detail    string `json:"detail"`
	Code      string `json:"code,omitempty"`
}

func (p *Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

func problem(status int, code, format string, args ...any) *Problem {
	return &Problem{
		Type: "urn:gridcommand:problem:" + code, Title: http.StatusText(status), Status: status, Code: code,
		Detail: fmt.Sprintf(format, args...), Errors: []FieldError{},
	}
}

func notFound() *Problem {
	return problem(http.StatusNotFound, "not_found", "there is no such thing here")
}

func forbidden() *Problem {
	return problem(http.StatusForbidden, "role_may_not", "your role never may do this")
}

// invalid is the 422 of a request whose fields are missing, wrong or unknown.
func invalid(at ...FieldError) *Problem {
	p := problem(http.StatusUnprocessableEntity, "invalid", "the request is not valid")
	if len(at) > 0 {
		p.Detail = at[0].Pointer + at[0].Parameter + ": " + at[0].Detail
		p.Errors = at
	}
	return p
}

// wrong is the 422 of one parameter.
func wrong(parameter, format string, args ...any) *Problem {
	return invalid(FieldError{Parameter: parameter, Detail: fmt.Sprintf(format, args...)})
}

// busy is the 503 of a server that can answer later.
func busy(code, format string, args ...any) *Problem {
	p := problem(http.StatusServiceUnavailable, code, format, args...)
	p.retryAfter = time.Second
	return p
}

// problemOf maps every error that a handler may return, once. An error it does not know
// is a failure: nil.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if v, ok := errors.AsType[*workflow.VersionError](err); ok {
		p := problem(http.StatusConflict, "version_conflict", "the incident is at version %d", v.Have)
		p.HaveVersion = &v.Have
		return p
	}
	if r, ok := domain.AsRefusal(err); ok {
		p := problem(http.StatusUnprocessableEntity, r.Code, "%s", r.Detail)
		p.DetailZh = r.Zh
		if r.Field != "" {
			p.Errors = []FieldError{{Pointer: "/" + strings.ReplaceAll(r.Field, ".", "/"), Detail: r.Detail, Code: r.Code}}
		}
		return p
	}
	switch {
	case errors.Is(err, eventstore.ErrKeyReused):
		return problem(http.StatusUnprocessableEntity, "key_reused",
			"this Idempotency-Key was used for another request")
	case errors.Is(err, eventstore.ErrOverloaded):
		return busy("overloaded", "too many writes are waiting; nothing was stored")
	case errors.Is(err, eventstore.ErrConflict):
		return busy("contended", "others kept changing the same incident; nothing was stored")
	case errors.Is(err, eventstore.ErrFailed), errors.Is(err, eventstore.ErrClosed):
		return busy("ledger_down", "the ledger takes no writes now")
	case errors.Is(err, context.DeadlineExceeded):
		return busy("timeout", "this took too long; whether it was stored is not known, ask again with the same key")
	}
	return nil
}

// write sends p.
func (p *Problem) write(w http.ResponseWriter, requestID string) {
	sent := *p
	sent.RequestID = requestID
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.allow != "" {
		h.Set("Allow", p.allow)
	}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="gridcommand"`)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(encode(sent))
}
