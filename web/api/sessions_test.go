package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestALogInGivesATokenAndACookie(t *testing.T) {
	s := newSite(t)
	a := s.post("", "/sessions", fields{"username": "street", "password": password}).want(201)
	if u := a.at("user").(map[string]any); u["name"] != "street" || u["role"] != "street" || u["unit"] != "440114002" {
		t.Errorf("user %v", u)
	}
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode || cookies[0].Path != "/" {
		t.Fatalf("cookies %v", cookies)
	}
	token := a.at("token").(string)
	if len(token) < 43 || cookies[0].Value != token {
		t.Errorf("token %q, cookie %q", token, cookies[0].Value)
	}
	byToken, byCookie := header("Authorization", "Bearer "+token), func(r *http.Request) { r.AddCookie(cookies[0]) }
	for _, f := range []shot{byToken, byCookie} {
		if got := s.get("", "/sessions/current", f).want(200).at("user", "name"); got != "street" {
			t.Errorf("I am %v", got)
		}
	}
	s.send("", "DELETE", prefix+"/sessions/current", nil, byToken).want(204)
	for _, f := range []shot{byToken, byCookie} {
		s.get("", "/sessions/current", f).refused(401, "unauthorized")
	}
	s.send("", "DELETE", prefix+"/sessions/current", nil, byToken).refused(401, "unauthorized")
}

// Only failed log-ins are limited, by account and address.
func TestFailedLogInsAreLimited(t *testing.T) {
	s := newSite(t)
	try := func(name, pass, from string) answer {
		return s.post("", "/sessions", fields{"username": name, "password": pass}, func(r *http.Request) { r.RemoteAddr = from + ":1" })
	}
	for range 40 {
		try("street", password, "192.0.2.1").want(201)
	}
	for range 10 {
		try("street", "wrong", "192.0.2.1").refused(401, "wrong_credentials")
	}
	a := try("street", "wrong", "192.0.2.1").refused(429, "too_many_failures")
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || wait < 1 || wait > 15 {
		t.Fatalf("Retry-After %q", a.header.Get("Retry-After"))
	}
	try("street", password, "192.0.2.2").want(201)
	try("district", password, "192.0.2.1").want(201)
	s.advance(0, time.Duration(wait)*time.Second)
	try("street", password, "192.0.2.1").want(201)
	// An account that there is not fails just like one that there is.
	if a, b := try("nobody", "x", "192.0.2.9"), try("street", "x", "192.0.2.9"); a.at("detail") != b.at("detail") || a.status != b.status {
		t.Errorf("%s and %s differ", a.raw, b.raw)
	}
}

// A browser's write by cookie must come from our own pages.
func TestCrossOriginWritesByCookieAreRefused(t *testing.T) {
	s := newSite(t)
	cookie := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: s.token("inspector")}) }
	for name, f := range map[string]shot{
		"a foreign Origin":  header("Origin", "https://evil.example"),
		"a null Origin":     header("Origin", "null"),
		"cross-site":        header("Sec-Fetch-Site", "cross-site"),
		"same-site":         header("Sec-Fetch-Site", "same-site"),
		"another port":      header("Origin", "http://example.com:8081"),
		"an unreadable one": header("Origin", "http://[::1"),
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			s.post("", "/incidents", s.reportOf(nil), cookie, f).refused(403, "cross_origin")
			s.post("", "/sessions", fields{"username": "street", "password": password}, f).refused(403, "cross_origin")
			s.get("", "/incidents", cookie, f).want(200)
		})
	}
	s.post("", "/incidents", s.reportOf(nil), cookie).want(201)
	s.post("", "/incidents", s.reportOf(nil), cookie, header("Origin", "http://example.com"), header("Sec-Fetch-Site", "same-origin")).want(201)
	// A program's token is no browser's cookie: nothing sends it by itself.
	s.post("inspector", "/incidents", s.reportOf(nil), header("Origin", "https://tool.example")).want(201)
}

func TestALiveTicketWorksOnce(t *testing.T) {
	s := newSite(t)
	s.post("", "/live/tickets", nil).refused(401, "unauthorized")
	give := func() string { return s.post("screen", "/live/tickets", nil).want(201).at("ticket").(string) }
	redeem := func(ticket string) error {
		_, _, err := s.accounts.Redeem(t.Context(), ticket)
		return err
	}
	one := give()
	if err := redeem(one); err != nil {
		t.Fatal(err)
	}
	if redeem(one) == nil {
		t.Error("a ticket worked twice")
	}
	late := give()
	s.advance(0, 30*time.Second)
	if redeem(late) == nil {
		t.Error("a ticket worked after 30 s")
	}
}

func TestPagesOfTheFaces(t *testing.T) {
	s := newSite(t)
	for path, want := range map[string]struct{ text, media, cache string }{
		"/":                     {"console", "text/html; charset=utf-8", "no-cache"},
		"/incidents/123":        {"console", "text/html; charset=utf-8", "no-cache"},
		"/m":                    {"inspector", "text/html; charset=utf-8", "no-cache"},
		"/m/":                   {"inspector", "text/html; charset=utf-8", "no-cache"},
		"/m/tasks":              {"inspector", "text/html; charset=utf-8", "no-cache"},
		"/screen":               {"wall", "text/html; charset=utf-8", "no-cache"},
		"/screen/index.html":    {"wall", "text/html; charset=utf-8", "no-cache"},
		"/m/sw.js":              {"self.x", "text/javascript; charset=utf-8", "no-cache"},
		"/assets/work-a1b2.mjs": {"export", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
	} {
		a := s.send("", "GET", path, nil).want(200)
		if !strings.Contains(string(a.raw), want.text) || a.header.Get("Content-Type") != want.media || a.header.Get("Cache-Control") != want.cache {
			t.Errorf("%s: %q %q %s", path, a.header.Get("Content-Type"), a.header.Get("Cache-Control"), a.raw)
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, a.header)
		}
		s.send("", "GET", path, nil, header("If-None-Match", a.header.Get("ETag"))).want(304)
	}
	a := s.send("", "GET", "/assets/main-a1b2.js", nil, header("Accept-Encoding", "br, gzip")).want(200)
	if a.header.Get("Content-Encoding") != "gzip" || len(a.raw) > 500 {
		t.Errorf("%d bytes of %q", len(a.raw), a.header.Get("Content-Encoding"))
	}
	for _, path := range []string{"/.keep", "/api/", "/assets/", "/m/gone.js"} {
		s.send("", "GET", path, nil).refused(404, "not_found")
	}
	s.send("", "GET", prefix+"/live", nil).want(418) // the websocket's handler
}

// Ready means that every view has reached the head read at start-up; after that only one that stands
// still or is behind for long makes the server unready.
func TestReadiness(t *testing.T) {
	s := newSite(t)
	s.post("inspector", "/incidents", s.reportOf(nil)).want(201)
	s.advance(time.Second, time.Second)
	for _, path := range []string{"/livez", prefix + "/livez"} {
		s.send("", "GET", path, nil).want(200)
	}
	followed := []follower{{name: "view casebook", position: 0}}
	r := &readiness{marks: map[string]*mark{}, begun: 2}
	at := nine
	if why := r.reasons(followed, 2, at); len(why) != 1 {
		t.Fatalf("at start-up: %v", why)
	}
	followed[0].position = 2
	if why := r.reasons(followed, 5, at); len(why) != 0 {
		t.Fatalf("caught up: %v", why)
	}
	at = at.Add(29 * time.Second)
	followed[0].position = 4
	if why := r.reasons(followed, 9, at); len(why) != 0 {
		t.Fatalf("29 s behind: %v", why)
	}
	at = at.Add(2 * time.Second)
	if why := r.reasons(followed, 9, at); len(why) != 1 {
		t.Fatalf("31 s behind: %v", why)
	}
	followed[0].position = 5
	if why := r.reasons(followed, 9, at); len(why) != 0 {
		t.Fatalf("moving again: %v", why)
	}
	followed[0].stopped = "an unknown fact"
	if why := r.reasons(followed, 9, at); len(why) != 1 || !strings.Contains(why[0], "unknown fact") {
		t.Fatalf("stopped: %v", why)
	}
}

func TestReadyzNamesWhatIsNotReady(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.service.Run(ctx) }()
	if err := s.service.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.fold()
	s.send("", "GET", "/readyz", nil).want(200)
	s.get("", "/readyz").want(200)
	for _, path := range []string{"/metrics", "/api/v1/metrics"} {
		figures := string(s.send("", "GET", path, nil).want(200).raw)
		if !strings.Contains(figures, `gridcommand_http_requests_total{method="GET",route="GET /api/v1/readyz",status="200"} 2`) {
			t.Errorf("%s does not count two probes:\n%s", path, figures)
		}
	}
	cancel()
	if err := <-ended; err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
}
