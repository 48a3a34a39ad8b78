package api

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// Bytes that are no proper HTTP are refused by the server itself, on a real connection:
// classes 7 to 11 of the bad inputs.
func TestBytesThatAreNoProperRequest(t *testing.T) {
	s := newSite(t)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := Server(s.handler)
	for what, limit := range map[string]bool{
		"headers": server.ReadHeaderTimeout > 0, "bodies": server.ReadTimeout > 0, "answers": server.WriteTimeout > 0, "idleness": server.IdleTimeout > 0,
	} {
		if !limit {
			t.Errorf("slow %s have no end", what)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		<-ended
	})
	const get, post = "GET /api/v1/units HTTP/1.1\r\n", "POST /api/v1/sessions HTTP/1.1\r\n"
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"7 two lengths":                 {post + "Host: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		"7 a length and chunks":         {post + "Host: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 422},
		"7 a disguised coding":          {post + "Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
		"7 a broken chunk":              {post + "Host: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		"7 10 GB declared":              {post + "Host: x\r\nContent-Type: application/json\r\nContent-Length: 10737418240\r\n\r\n{", 413},
		"7 a negative length":           {post + "Host: x\r\nContent-Length: -1\r\n\r\n", 400},
		"8 a header of 1 MB":            {get + "Host: x\r\nX-A: " + strings.Repeat("a", 1<<20) + "\r\n\r\n", 431},
		"8 10,000 headers":              {get + "Host: x\r\n" + strings.Repeat("X-A: b\r\n", 10_000) + "\r\n", 431},
		"8 a space before the colon":    {get + "Host : x\r\n\r\n", 400},
		"8 no Host":                     {get + "\r\n", 400},
		"8 two Hosts":                   {get + "Host: a\r\nHost: b\r\n\r\n", 400},
		"8 a bad Host":                  {get + "Host: a b\r\n\r\n", 400},
		"8 a NUL in the path":           {"GET /api/v1/\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		"8 another origin's URL":        {"GET http://evil.example/api/v1/units HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 401},
		"8 an asterisk":                 {"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
		"9 CONNECT":                     {"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 400},
		"9 a version that there is not": {"GET /api/v1/units HTTP/7.3\r\nHost: x\r\n\r\n", 505},
		"9 no version":                  {"GET /api/v1/units\r\n\r\n", 400},
	} {
		t.Run(name, func(t *testing.T) {
			c2, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c2.Close()
			go func() { _, _ = io.WriteString(c2, c.request) }() // the server may hang up before it has read all
			a, err := http.ReadResponse(bufio.NewReader(c2), nil)
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			defer a.Body.Close()
			if a.StatusCode != c.status {
				body, _ := io.ReadAll(a.Body)
				t.Errorf("status %d, want %d: %s", a.StatusCode, c.status, body)
			}
		})
	}
}
