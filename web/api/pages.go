package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// pages serves the built faces: the console at /, the inspector at /m, the wall at
// /screen. A path inside a face that is no file gets the face's page, which finds its
// own way; a file that is not there is a 404.
type pages struct {
	files map[string]*page
}

// A page is one built file, with what HTTP wants to know of it.
type page struct {
	data  []byte
	media string
	etag  string
	cache string
	zip   func() []byte // the data compressed, made once; nil: it would not shrink
}

// media are the types of files that browsers are strict about, whatever the machine's
// own table says.
var media = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".json": "application/json", ".webmanifest": "application/manifest+json",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".ico": "image/x-icon", ".woff2": "font/woff2",
	".wasm": "application/wasm", ".map": "application/json", ".txt": "text/plain; charset=utf-8",
}

func newPages(files fs.FS) (*pages, error) {
	p := &pages{files: map[string]*page{}}
	if files == nil {
		return p, nil
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		p.files[name] = newPage(name, data)
		return nil
	})
	return p, err
}

func newPage(name string, data []byte) *page {
	sum := sha256.Sum256(data)
	f := &page{data: data, media: media[path.Ext(name)], etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, cache: "no-cache"}
	if f.media == "" {
		if f.media = mime.TypeByExtension(path.Ext(name)); f.media == "" {
			f.media = "application/octet-stream"
		}
	}
	if strings.Contains("/"+name, "/assets/") {
		f.cache = "public, max-age=31536000, immutable" // their names hold a hash of what is in them
	}
	if kind, _, _ := strings.Cut(f.media, ";"); strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") {
		f.zip = sync.OnceValue(func() []byte {
			var b bytes.Buffer
			w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
			_, _ = w.Write(data) // into memory: neither fails
			_ = w.Close()
			return b.Bytes()
		})
	}
	return f
}

// find returns what a path shows.
func (p *pages) find(url string) *page {
	name := strings.Trim(path.Clean(url), "/")
	if f := p.files[name]; f != nil && path.Base(name) != "index.html" {
		return f
	}
	face := "index.html"
	switch first, _, _ := strings.Cut(name, "/"); first {
	case "m", "screen":
		face = first + "/index.html"
	case "api":
		return nil
	}
	if path.Ext(name) != "" && path.Base(name) != "index.html" || strings.Contains("/"+name+"/", "/assets/") {
		return nil // a file was meant
	}
	return p.files[face]
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		no := problem(http.StatusMethodNotAllowed, "method_not_allowed", "a page takes GET")
		no.allow = "GET, HEAD"
		no.write(w, requestID(r.Context()))
		return
	}
	f := p.find(r.URL.Path)
	if f == nil {
		notFound().write(w, requestID(r.Context()))
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	if base := path.Base(r.URL.Path); base == "sw.js" || base == "service-worker.js" {
		h.Set("Service-Worker-Allowed", "/m")
	}
	if noneMatch(r, f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	data := f.data
	if f.zip != nil && len(data) > 1024 && takesGzip(r) {
		data = f.zip()
		h.Set("Content-Encoding", "gzip")
	}
	_, _ = w.Write(data)
}
