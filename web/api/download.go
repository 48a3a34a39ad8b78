package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strconv"
)

// A download is an answer to be kept as a file. It is written whole before its first
// byte is sent: whoever reads slowly holds up no view, and what breaks is told.
type download struct {
	media    string
	name     string // of the file
	plain    string // the same in ASCII, for old readers
	position int64
	file     *os.File // nameless: gone when it is closed
	size     int64
}

// spool writes a file that nobody else can open.
func spool(media, name, plain string, position int64, write func(io.Writer) error) (_ *download, err error) {
	f, err := os.CreateTemp("", "gridcommand-*")
	if err != nil {
		return nil, fmt.Errorf("api: a place for a file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("api: a place for a file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	if err := write(f); err != nil {
		return nil, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	return &download{media, name, plain, position, f, size}, err
}

// send sends the file and lets go of it.
func (d *download) send(w http.ResponseWriter, status int) {
	defer func() { _ = d.file.Close() }()
	patient(w)
	h := w.Header()
	h.Set("Content-Type", d.media)
	h.Set("Content-Length", strconv.FormatInt(d.size, 10))
	h.Set("Content-Disposition", attachment(d.name, d.plain))
	h.Set("Cache-Control", "no-store")
	h.Set("Ledger-Position", strconv.FormatInt(d.position, 10))
	w.WriteHeader(status)
	_, _ = io.Copy(w, d.file) // whoever asked may be gone
}

// attachment names a file twice: for old readers in ASCII, for all others as it is
// called (RFC 6266, RFC 5987).
func attachment(name, plain string) string {
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + url.PathEscape(name)
}

// getFile is a route that answers with JSON or, where its query asks for it, with a file.
func getFile[Q, A any](path, name, summary string, f func(context.Context, *Request, Q) (any, error), more ...option) route {
	rt := get(path, name, summary, f, more...)
	rt.answer = reflect.TypeFor[A]()
	return rt
}
