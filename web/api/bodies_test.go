package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// bodies holds a good body for every command.
func bodies(id string) map[string]fields {
	soon := nine.Add(time.Hour).Format(time.RFC3339)
	reason, none := fields{"reason": "x"}, fields{}
	helpers := []any{fields{"unit": "440114002-S02", "task": "x", "limit": "2 working_hours"}}
	return map[string]fields{
		"confirm": none, "refute": reason, "decline": reason, "accept": none, "pass": none, "fail": reason, "reopen": reason, "void": reason,
		"file":     {"matter": advert, "criterion": "x", "severity": "normal"},
		"dispatch": {"unit": "440114002-S01", "reason": "x", "helpers": helpers}, "transfer": {"unit": "440114002-S02", "reason": "x", "helpers": helpers},
		"handle": {"result": "x"}, "return": {"reason": "x", "code": "not_our_duty", "clause": "x"}, "escalate": {"reason": "x", "code": "funds"},
		"close": {"closing_condition_met": true}, "comment": {"text": "x"}, "attach": {"photos": []any{}},
		"request-extension": reason, "grant-extension": none, "refuse-extension": reason,
		"request-suspension": {"reason": "x", "until": soon, "code": "season"}, "grant-suspension": none, "refuse-suspension": reason, "resume": none,
		"approve-return": none, "refuse-return": reason,
		"open-coordination":     {"units": []any{"440114002-S01"}, "question": "x"},
		"conclude-coordination": {"lead": "440114002-S01", "helpers": helpers, "ruling": fields{"matter": advert, "area": "440114002", "unit": "440114002-S01", "authority": "x", "number": "x", "expires": soon}},
		"help":                  {"result": "x"}, "assign": {"team": "x"}, "call": {"unit": "440114002-B01", "task": "x", "within": "30 urgent_minutes"}, "arrive": none, "refuse-call": reason,
		"urge": reason, "supervise": {"question": "x", "reply_by": soon}, "reply": {"answer": "x"}, "rate": {"score": 5, "by": "x"},
		"appeal": reason, "uphold-appeal": none, "reject-appeal": reason, "spot-check": {"genuine": true, "reason": "x"}, "view-caller": reason,
		"merge": {"into": id, "reason": "x"}, "unmerge": reason, "correct": {"field": "description", "value": "x", "reason": "x"},
		"hand-over": {"agency": "x", "receipt": "x", "rest": "x"},
	}
}

// whoMay is an account whose role may ever give a command.
func whoMay(command string) string {
	for _, p := range []string{"street", "handler", "inspector", "community", "district", "hotline"} {
		i := slices.IndexFunc(people, func(x jurisdiction.Person) bool { return x.Name == p })
		if incident.MayEver(people[i].Role, command) {
			return p
		}
	}
	return ""
}

// Every field of every command's body is judged by its own pointer: missing where it is
// required, of another type, too long, out of its words; and no field is taken that is none.
func TestEveryFieldOfEveryCommandIsJudged(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	other := s.given(advert)
	good := bodies(other)
	tried := 0
	for _, v := range verbs {
		body, listed := good[v.name]
		if !listed {
			t.Errorf("%s has no good body in this test", v.name)
			continue
		}
		who := whoMay(v.name)
		bad := func(what, pointer string, body fields) {
			t.Helper()
			tried++
			a := s.command(who, id, v.name, body)
			if a.status != 422 || a.at("code") != "invalid" || !slices.Contains(a.pointers(), pointer) {
				t.Errorf("%s, %s %s: %d %s", v.name, pointer, what, a.status, a.raw)
			}
		}
		schema := s.server.schemas.registry.SchemaFromRef(s.server.schemas.of(v.body).Ref)
		for name, prop := range schema.Properties {
			for prop.Ref != "" {
				prop = s.server.schemas.registry.SchemaFromRef(prop.Ref)
			}
			if slices.Contains(schema.Required, name) {
				without := with(body, nil)
				delete(without, name)
				bad("left out", "/"+name, without)
			}
			switch prop.Type {
			case huma.TypeString:
				bad("as a number", "/"+name, with(body, fields{name: 7}))
				if prop.MaxLength != nil {
					bad("too long", "/"+name, with(body, fields{name: strings.Repeat("字", *prop.MaxLength+1)}))
				}
				if prop.MinLength != nil {
					bad("empty", "/"+name, with(body, fields{name: ""}))
				}
				if len(prop.Enum) > 0 {
					bad("out of its words", "/"+name, with(body, fields{name: "whatever"}))
				}
				bad("with a NUL", "/"+name, with(body, fields{name: "a\x00b"}))
			case huma.TypeArray, huma.TypeInteger, huma.TypeBoolean, huma.TypeObject:
				bad("as a text", "/"+name, with(body, fields{name: "x"}))
			}
			if prop.MaxItems != nil {
				bad("too many", "/"+name, with(body, fields{name: slices.Repeat([]any{"x"}, *prop.MaxItems+1)}))
			}
		}
		bad("unknown", "/holder", with(body, fields{"holder": "D01"}))
		bad("a photo that is none", "/photos/0", with(body, fields{"photos": []any{"x"}}))
		bad("version 0", "/expected_version", with(body, fields{"expected_version": 0}))
	}
	if tried < 400 {
		t.Errorf("only %d bodies were tried", tried)
	}
	if got := s.of("street", id, "version"); got != 4.0 {
		t.Errorf("version %v: something was stored", got)
	}
}

// A good body is no fault of its shape: the rules take it, or say why not by name.
func TestEveryCommandIsTakenOrRefusedByARule(t *testing.T) {
	s := livingSite(t)
	other := s.given(advert)
	for _, v := range verbs {
		t.Run(v.name, func(t *testing.T) {
			s := s.in(t)
			id := s.given(advert)
			a := s.command(whoMay(v.name), id, v.name, bodies(other)[v.name], key(fmt.Sprint("once-", v.name)))
			if v.name == "file" || v.name == "attach" {
				return // one names no criterion there is, the other no photo
			}
			if a.status == 422 && a.at("code") == "invalid" || a.status != 200 && a.status != 422 {
				t.Fatalf("%d %s", a.status, a.raw)
			}
			if a.status == 422 {
				if zh, _ := a.at("detail_zh").(string); !strings.HasPrefix(zh, "不能") {
					t.Errorf("in Chinese: %q", zh)
				}
				return
			}
			again := s.command(whoMay(v.name), id, v.name, bodies(other)[v.name], key(fmt.Sprint("once-", v.name))).want(200)
			if again.header.Get("Idempotent-Replay") != "true" || again.at("position") != a.at("position") {
				t.Errorf("said again: %s", again.raw)
			}
			s.command(whoMay(v.name), id, v.name, with(bodies(other)[v.name], fields{"note": "另"}), key(fmt.Sprint("once-", v.name))).refused(422, "key_reused")
			s.command(whoMay(v.name), id, v.name, with(bodies(other)[v.name], fields{"expected_version": 1})).refused(409, "version_conflict")
		})
	}
}
