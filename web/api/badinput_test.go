package api

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Every class of bad input gets its own 4xx and leaves nothing behind. The numbers are
// those of the list of bad inputs, HTTP.
func TestBadBodies(t *testing.T) {
	s := newSite(t)
	good := func(changes fields) []byte { return encode(s.reportOf(changes)) }
	text := func(description string) []byte { return good(fields{"description": description}) }
	place := func(changes fields) []byte { return good(fields{"location": with(s.inside(), changes)}) }
	raw := func(old, fresh string) []byte { return bytes.Replace(good(nil), []byte(old), []byte(fresh), 1) }
	const said = `"description":"树枝压住人行道"`

	for _, c := range []struct {
		class, name string
		body        []byte
		status      int
		code        string
		pointer     string
	}{
		{"1", "a byte that is not UTF-8", raw(said, "\"description\":\"\xff\""), 400, "unparseable", ""},
		{"1", "an overlong slash", raw(said, "\"description\":\"\xc0\xaf\""), 400, "unparseable", ""},
		{"1", "a surrogate in UTF-8", raw(said, "\"description\":\"\xed\xa0\x80\""), 400, "unparseable", ""},
		{"1", "a lone high surrogate", raw(said, `"description":"\ud800"`), 400, "unparseable", ""},
		{"1", "a lone low surrogate", raw(said, `"description":"a\udc00"`), 400, "unparseable", ""},
		{"1", "two high surrogates", raw(said, `"description":"\ud83d\ud83d"`), 400, "unparseable", ""},
		{"2", "NUL", raw(said, `"description":"a\u0000b"`), 422, "invalid", "/description"},
		{"2", "an ANSI escape", raw(said, `"description":"\u001b[31mred"`), 422, "invalid", "/description"},
		{"2", "a right-to-left override", text("a\u202Eb"), 422, "invalid", "/description"},
		{"2", "a zero-width space", text("a\u200Bb"), 422, "invalid", "/description"},
		{"2", "a raw line break in a string", raw(said, "\"description\":\"a\nb\""), 400, "unparseable", ""},
		{"2", "CR LF in an address", place(fields{"address": "a\r\nSet-Cookie: x=1"}), 422, "invalid", "/location/address"},
		{"2", "a hundred combining marks", text("a" + strings.Repeat("\u0301", 100)), 422, "invalid", "/description"},
		{"2", "nothing but blanks", text(" \t\n "), 422, "invalid", "/description"},
		{"3", "U+FFFE", text("a\uFFFEb"), 422, "invalid", "/description"},
		{"3", "2,001 characters of four bytes", text(strings.Repeat("𠮷", 2001)), 422, "invalid", "/description"},
		{"4", "full-width digits in a phone", good(fields{"source": "inspector", "reporter": fields{"phone": "１３８１２３４１２３４"}}), 422, "invalid", "/reporter/phone"},
		{"4", "a full-width source", good(fields{"source": "ｉnspector"}), 422, "invalid", "/source"},
		{"5", "a name twice", raw(said, said+","+said), 400, "unparseable", ""},
		{"5", "a name twice, once escaped", raw(said, said+`,"\u0064escription":"b"`), 400, "unparseable", ""},
		{"5", "100,000 brackets", []byte(strings.Repeat("[", 100_000)), 400, "unparseable", ""},
		{"5", "100,000 nested objects", []byte(strings.Repeat(`{"a":`, 100_000)), 400, "unparseable", ""},
		{"5", "NaN", raw(`"lat":`, `"lat":NaN,"x":`), 400, "unparseable", ""},
		{"5", "Infinity", raw(`"lat":`, `"lat":-Infinity,"x":`), 400, "unparseable", ""},
		{"5", "1e999", raw(`"lat":`, `"lat":1e999,"x":`), 400, "unparseable", ""},
		{"5", "a second value behind", append(good(nil), "{}"...), 400, "unparseable", ""},
		{"5", "a byte order mark", append([]byte("\xef\xbb\xbf"), good(nil)...), 400, "unparseable", ""},
		{"5", "cut short", good(nil)[:40], 400, "unparseable", ""},
		{"5", "not an object", []byte(`[]`), 422, "invalid", ""},
		{"5", "null", []byte(`null`), 422, "invalid", ""},
		{"5", "a number as text", raw(said, `"description":7`), 422, "invalid", "/description"},
		{"7", "no byte at all", []byte{}, 400, "unparseable", ""},
		{"17", "the 30th of February", good(fields{"occurred_at": "2026-02-30T08:00:00+08:00"}), 422, "invalid", "/occurred_at"},
		{"17", "24:00", good(fields{"occurred_at": "2026-11-22T24:00:00+08:00"}), 422, "invalid", "/occurred_at"},
		{"17", "a leap second", good(fields{"occurred_at": "2016-12-31T23:59:60Z"}), 422, "invalid", "/occurred_at"},
		{"17", "no zone", good(fields{"occurred_at": "2026-11-23T08:00:00"}), 422, "invalid", "/occurred_at"},
		{"17", "year 0", good(fields{"occurred_at": "0000-01-01T00:00:00Z"}), 422, "invalid", "/occurred_at"},
		{"17", "year 9999", good(fields{"occurred_at": "9999-12-31T23:59:59Z"}), 422, "invalid", "/occurred_at"},
		{"17", "tomorrow", good(fields{"occurred_at": "2026-11-24T08:00:00+08:00"}), 422, "invalid", "/occurred_at"},
		{"17", "ten years ago", good(fields{"occurred_at": "2016-11-23T08:00:00+08:00"}), 422, "invalid", "/occurred_at"},
		{"17", "a date in Chinese", good(fields{"occurred_at": "2026年11月23日"}), 422, "invalid", "/occurred_at"},
		{"18", "lng and lat swapped", good(fields{"location": fields{"lng": 23.4, "lat": 113.2, "crs": "wgs84"}}), 422, "invalid", "/location/lng"},
		{"18", "null island", place(fields{"lng": 0, "lat": 0}), 422, "invalid", "/location/lng"},
		{"18", "longitude 181", place(fields{"lng": 181}), 422, "invalid", "/location/lng"},
		{"18", "latitude -91", place(fields{"lat": -91}), 422, "invalid", "/location/lat"},
		{"18", "Tokyo", place(fields{"lng": 139.7, "lat": 35.7}), 422, "invalid", "/location/lng"},
		{"18", "Baltimore", place(fields{"lng": -76.6, "lat": 39.3}), 422, "invalid", "/location/lng"},
		{"18", "a coordinate as text", place(fields{"lng": "113.2"}), 422, "invalid", "/location/lng"},
		{"18", "no system", good(fields{"location": fields{"lng": 113.2, "lat": 23.4}}), 422, "invalid", "/location/crs"},
		{"18", "an unknown system", place(fields{"crs": "epsg:4326"}), 422, "invalid", "/location/crs"},
		{"18", "a negative accuracy", place(fields{"accuracy_m": -1}), 422, "invalid", "/location/accuracy_m"},
		{"19", "a status of one's own", good(fields{"status": "closed"}), 422, "invalid", "/status"},
		{"19", "a holder of one's own", good(fields{"holder": fields{"unit": "D01"}}), 422, "invalid", "/holder"},
		{"19", "an unknown field inside", place(fields{"alt.itude[0]": 5}), 422, "invalid", "/location/alt.itude[0]"},
		{"19", "a name in another case", good(fields{"Description": "x"}), 422, "invalid", "/Description"},
		{"", "no description", good(fields{"description": nil}), 422, "invalid", "/description"},
		{"", "a source that the role may not give", good(fields{"source": "leader"}), 422, "invalid", "/source"},
		{"", "a source that there is not", good(fields{"source": "oracle"}), 422, "invalid", "/source"},
		{"", "a matter that there is not", good(fields{"matter": with(matter, fields{"code": "99999"})}), 422, "invalid", "/matter"},
		{"", "a matter of another kind", good(fields{"matter": with(matter, fields{"kind": "thing"})}), 422, "invalid", "/matter/kind"},
		{"", "a criterion that there is not", good(fields{"criterion": "none/such/1"}), 422, "invalid", "/criterion"},
		{"", "another matter's criterion", good(fields{"criterion": s.criterion("07003")}), 422, "invalid", "/criterion"},
		{"", "a photo that nobody uploaded", good(fields{"photos": []string{strings.Repeat("0", 64)}}), 422, "invalid", "/photos/0"},
		{"", "a photo id that is none", good(fields{"photos": []string{"../../etc/passwd"}}), 422, "invalid", "/photos/0"},
		{"", "a body too large", bytes.Repeat([]byte(" "), maxJSON+1), 413, "too_large", ""},
	} {
		t.Run(c.class+" "+c.name, func(t *testing.T) {
			s := s.in(t)
			a := s.post("inspector", "/incidents", c.body).refused(c.status, c.code)
			if c.pointer != "" {
				a.pointsAt(c.pointer)
			}
			if head, err := s.ledger.Head(t.Context()); err != nil || head != 0 {
				t.Errorf("something was stored: head %d (%v)", head, err)
			}
		})
	}
}

// What looks odd and is right is taken.
func TestOddBodiesThatAreGood(t *testing.T) {
	s := newSite(t)
	for name, changes := range map[string]fields{
		"Extension B and emoji with joiners": {"description": "𠮷野家门前 👨‍👩‍👧‍👦 ❤️"},
		"line breaks in a description":       {"description": "第一行\r\n第二行\t完"},
		"exactly 2,000 characters":           {"description": strings.Repeat("字", 2000)},
		"Vietnamese, decomposed":             {"description": "Vie\u0323\u0302t Nam"},
		"fifteen decimals":                   {"location": with(s.inside(), fields{"accuracy_m": 3.141592653589793})},
		"a minute fast":                      {"occurred_at": "2026-11-23T09:01:00+08:00"},
		"a zone of +14":                      {"occurred_at": "2026-11-23T13:00:00+14:00"},
		"a name with the matter":             {"matter": with(matter, fields{"name": "whatever"})},
		"a criterion without its matter":     {"matter": nil, "criterion": s.criterion("06010")},
		"optional fields that are null":      {"severity": nil, "criterion": ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			s.post("inspector", "/incidents", s.reportOf(changes)).want(201)
		})
	}
	s.post("inspector", "/incidents", bytes.Replace(encode(s.reportOf(nil)), []byte(`"description"`), []byte(`"external":null,"description"`), 1)).want(201)
	s.post("inspector", "/incidents", bytes.Replace(encode(s.reportOf(nil)), []byte(`"description":"`), []byte(`"description":"\ud83d\ude00`), 1)).want(201)
}

func TestBadHeaders(t *testing.T) {
	s := newSite(t)
	body := s.reportOf(nil)
	twice := func(r *http.Request) { r.Header["Content-Type"] = []string{"application/json", "application/json"} }
	for name, f := range map[string]shot{
		"6 no Content-Type":          func(r *http.Request) { r.Header.Del("Content-Type") },
		"6 Content-Type twice":       twice,
		"6 another Content-Type":     header("Content-Type", "text/plain"),
		"6 an unreadable one":        header("Content-Type", "application/json; charset"),
		"6 charset=gbk":              header("Content-Type", "application/json; charset=gbk"),
		"11 Content-Encoding: gzip":  header("Content-Encoding", "gzip"),
		"11 Content-Encoding: br":    header("Content-Encoding", "br"),
		"12 a form":                  header("Content-Type", "multipart/form-data; boundary=x"),
		"12 a form without boundary": header("Content-Type", "multipart/form-data"),
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			s.post("inspector", "/incidents", body, f).refused(415, "unsupported_media_type")
		})
	}
	s.post("inspector", "/incidents", body, header("Content-Type", "Application/JSON; charset=UTF-8")).want(201)

	declared := func(r *http.Request) { r.ContentLength = 10 << 30 }
	s.post("inspector", "/incidents", body, declared).refused(413, "too_large")
	s.post("inspector", "/incidents", body, header("X-HTTP-Method-Override", "DELETE")).want(201)
}

func TestBadCredentials(t *testing.T) {
	s := newSite(t)
	for name, f := range map[string]shot{
		"none":            func(*http.Request) {},
		"another scheme":  header("Authorization", "Basic c3RyZWV0OmNvcnJlY3Q="),
		"a token of ours": header("Authorization", "Bearer "+strings.Repeat("A", 43)),
		"an empty token":  header("Authorization", "Bearer "),
		"a huge token":    header("Authorization", "Bearer "+strings.Repeat("A", 9000)),
		"two of them":     func(r *http.Request) { r.Header["Authorization"] = []string{"Bearer a", "Bearer b"} },
		"20 a cookie twice": func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: cookieName, Value: s.token("street")})
			r.AddCookie(&http.Cookie{Name: cookieName, Value: s.token("district")})
		},
		"20 200 cookies": func(r *http.Request) {
			for i := range 200 {
				r.AddCookie(&http.Cookie{Name: fmt.Sprintf("c%d", i), Value: "x"})
			}
		},
		"20 a huge cookie": func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: strings.Repeat("A", 9000)}) },
		"20 a foreign prefix": func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: "__Host-" + cookieName, Value: s.token("street")})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			a := s.get("", "/incidents", f).refused(401, "unauthorized")
			if a.header.Get("WWW-Authenticate") == "" {
				t.Error("no WWW-Authenticate")
			}
		})
	}
}

func TestBadPathsAndMethods(t *testing.T) {
	s := newSite(t)
	for name, path := range map[string]string{
		"8 a double slash":         "/api/v1//incidents",
		"8 dots":                   "/api/v1/x/../incidents",
		"8 encoded dots":           "/api/v1/%2e%2e/v1/incidents",
		"8 an encoded slash":       "/api/v1/incidents%2fx",
		"8 NUL":                    "/api/v1/incidents/%00",
		"8 a path parameter":       "/api/v1/incidents;jsessionid=1",
		"8 a slash too many":       "/api/v1/incidents/",
		"8 another version":        "/api/v2/incidents",
		"a command that is none":   "/api/v1/incidents/01a20897-29e7-7105-ae03-d2abc1a67395/commands/explode",
		"a tile's other suffix":    "/api/v1/tiles/grids/10/1/1.png",
		"a layer that is none":     "/api/v1/tiles/secrets.json",
		"a grid that is none":      "/api/v1/grid/cells/999999999999999",
		"a file that is not there": "/assets/gone.js",
		"dots out of the pages":    "/..%2f..%2fetc%2fpasswd.txt",
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			s.send("district", "GET", path, nil).refused(404, "not_found")
		})
	}
	for name, c := range map[string]struct{ method, path, allow string }{
		"9 PUT":          {"PUT", "/api/v1/incidents", "GET, POST"},
		"9 DELETE":       {"DELETE", "/api/v1/incidents", "GET, POST"},
		"9 OPTIONS":      {"OPTIONS", "/api/v1/units", "GET"},
		"9 TRACE":        {"TRACE", "/api/v1/units", "GET"},
		"9 an invention": {"BREW", "/api/v1/units", "GET"},
		"9 POST a page":  {"POST", "/", "GET, HEAD"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			a := s.send("district", c.method, c.path, nil).refused(405, "method_not_allowed")
			if got := a.header.Get("Allow"); got != c.allow {
				t.Errorf("Allow %q, want %q", got, c.allow)
			}
		})
	}
	if a := s.send("district", "HEAD", "/api/v1/units", nil).want(200); a.header.Get("Content-Type") != "application/json" {
		t.Errorf("9 HEAD: %v", a.header)
	}
}

func TestBadQueries(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	s.fold()
	for name, c := range map[string]struct{ path, pointer string }{
		"16 an unknown parameter":          {"/incidents?colour=red", "colour"},
		"16 a masked field":                {"/incidents?phone=13812341234", "phone"},
		"16 sorting by another field":      {"/incidents?sort=description", "sort"},
		"16 a status that is none":         {"/incidents?status=open,gone", "status"},
		"16 a stage that is none":          {"/incidents?stage=limbo", "stage"},
		"16 a lamp that is none":           {"/incidents?lamp=blue", "lamp"},
		"16 a flag that is none":           {"/incidents?flag=lost", "flag"},
		"16 overdue neither way":           {"/incidents?overdue=perhaps", "overdue"},
		"16 a street of letters":           {"/incidents?street=huacheng", "street"},
		"16 a limit of 0":                  {"/incidents?limit=0", "limit"},
		"16 a limit of 501":                {"/incidents?limit=501", "limit"},
		"16 a limit that is no number":     {"/incidents?limit=ten", "limit"},
		"16 a parameter twice":             {"/incidents?limit=1&limit=2", "limit"},
		"16 a negative position":           {"/incidents?min_position=-1", "min_position"},
		"16 one character of q":            {"/incidents?q=" + "%E6%A0%91", "q"},
		"15 a cursor of one's own":         {"/incidents?cursor=AAAA", "cursor"},
		"15 a cursor that is not base64":   {"/incidents?cursor=%21%21", "cursor"},
		"17 no zone":                       {"/incidents?from=2026-11-23T08:00:00", "from"},
		"17 the 30th of February":          {"/incidents?from=2026-02-30", "from"},
		"17 a date in Chinese":             {"/incidents?from=2026%E5%B9%B411%E6%9C%8823%E6%97%A5", "from"},
		"17 year 9999":                     {"/statistics?from=9999-01-01", "from"},
		"18 a box of three":                {"/incidents?bbox=1,2,3", "bbox"},
		"18 a box of NaN":                  {"/incidents?bbox=NaN,2,3,4", "bbox"},
		"18 a box turned round":            {"/incidents?bbox=114,24,113,23", "bbox"},
		"18 a box beyond the globe":        {"/picture?bbox=113,23,114,91", "bbox"},
		"18 locate NaN":                    {"/grid/locate?lng=NaN&lat=23&crs=wgs84", "lng"},
		"18 locate swapped":                {"/grid/locate?lng=23.4&lat=113.2&crs=wgs84", "lng"},
		"18 locate without a system":       {"/grid/locate?lng=113.2&lat=23.4", "crs"},
		"18 locate in an unknown system":   {"/grid/locate?lng=113.2&lat=23.4&crs=utm", "crs"},
		"a cell of another zoom":           {"/picture?cells=13/1/1", "cells"},
		"a cell beyond the globe":          {"/picture?cells=14/16384/1", "cells"},
		"a scope that is none":             {"/picture?scope=999999", "scope"},
		"a grouping that is none":          {"/statistics?by=mood", "by"},
		"a reading that is none":           {"/statistics?reading=kind", "reading"},
		"2 NUL in q":                       {"/incidents?q=a%00b", "q"},
		"1 a byte that is not UTF-8 in q":  {"/incidents?q=%ff%fe", "q"},
		"a parameter where there are none": {"/units?x=1", "x"},
		"one on a single incident":         {"/incidents/" + id + "?expand=all", "expand"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			s.get("supervisor", c.path).refused(422, "invalid").pointsAt(c.pointer)
		})
	}
	s.get("supervisor", "/incidents?q=%zz").refused(400, "unparseable")
	s.get("supervisor", "/incidents?a;b").refused(400, "unparseable")

	// Parameters without a value are as good as none; a zone's plus may have been lost.
	s.get("supervisor", "/incidents?status=&stage=&street=&q=&bbox=&from=&to=&sort=&limit=&cursor=&overdue=").want(200)
	a := s.get("supervisor", "/incidents?from=2026-11-23T00:00:00+08:00&to=2026-11-23&status=open,closed&status=voided").want(200)
	if a.at("total") != 1.0 {
		t.Errorf("a day's list has %v", a.at("total"))
	}
}

// A cursor is good for its list and its reader only.
func TestACursorGoesOn(t *testing.T) {
	s := newSite(t)
	for range 5 {
		s.reported("inspector", nil)
	}
	s.fold()
	seen := map[string]bool{}
	path := "/incidents?limit=2&sort=number"
	for page := 0; ; page++ {
		a := s.get("street", path).want(200)
		for _, item := range a.at("items").([]any) {
			seen[item.(map[string]any)["id"].(string)] = true
		}
		next, ok := a.at("next_cursor").(string)
		if !ok {
			break
		}
		if page > 3 {
			t.Fatal("the list does not end")
		}
		path = "/incidents?limit=2&sort=number&cursor=" + next
	}
	if len(seen) != 5 {
		t.Errorf("saw %d of 5", len(seen))
	}
	if got := s.get("elsewhere", path).want(200).at("items").([]any); len(got) != 0 {
		t.Errorf("another street's cursor shows %d incidents", len(got))
	}
}

func TestBadCommands(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	for name, c := range map[string]struct {
		who, command string
		body         any
		pointer      string
	}{
		"file without a matter":            {"community", "file", fields{"criterion": "x"}, "/matter"},
		"file without a criterion":         {"community", "file", fields{"matter": matter}, "/criterion"},
		"file under one that there is not": {"community", "file", fields{"matter": matter, "criterion": "x"}, "/criterion"},
		"dispatch without a unit":          {"community", "dispatch", fields{}, "/unit"},
		"dispatch to nobody":               {"community", "dispatch", fields{"unit": "440114999-S01"}, "/unit"},
		"dispatch to a unit of elsewhere":  {"community", "dispatch", fields{"unit": "440103001"}, "/unit"},
		"decline without a reason":         {"community", "decline", nil, "/reason"},
		"decline for a blank reason":       {"community", "decline", fields{"reason": "  "}, "/reason"},
		"close with a text":                {"street", "close", fields{"closing_condition_met": "yes"}, "/closing_condition_met"},
		"comment nothing":                  {"street", "comment", fields{}, "/text"},
		"attach nothing":                   {"street", "attach", fields{"photos": []string{}}, "/photos"},
		"expect version 0":                 {"street", "comment", fields{"text": "x", "expected_version": 0}, "/expected_version"},
		"expect version 2^53+1":            {"street", "comment", fields{"text": "x", "expected_version": 1 << 54}, "/expected_version"},
		"expect half a version":            {"street", "comment", fields{"text": "x", "expected_version": 1.5}, "/expected_version"},
		"a stage of one's own":             {"street", "comment", fields{"text": "x", "stage": "closed"}, "/stage"},
		"an actor of one's own":            {"street", "comment", fields{"text": "x", "by": fields{"person": "district"}}, "/by"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			s.command(c.who, id, c.command, c.body).refused(422, "invalid").pointsAt(c.pointer)
		})
	}
	s.command("street", id, "escalate", fields{"reason": "x", "code": "bored"}).refused(422, "invalid").pointsAt("/code")
	// A criterion that is there and says nothing is a matter for the rules.
	s.command("community", id, "file", fields{"matter": matter, "criterion": nil}).refused(422, "criterion_required")
	if got := s.get("street", "/incidents/"+id).at("version"); got != 2.0 {
		t.Errorf("version %v: something was stored", got)
	}
}
