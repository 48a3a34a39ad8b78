package scenario_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// A story is one being told.
type story struct {
	world     incident.Order
	folder    *casefile.Folder
	incidents map[string]*told
	posts     map[string][]jurisdiction.Post
	now       time.Time
	position  eventstore.Position
	coverage  *coverage
}

// A told is one incident of a story.
type told struct {
	id, number string
	state      incident.State
	file       casefile.File
	records    []eventstore.Record
	events     []incident.Event
	filedAt    int // acts at filing, which an automatic dispatch names
}

// coverage counts what the stories tell of.
type coverage struct {
	accepted, refused map[string]int // by command
	facts             map[string]int // by stored name
}

func begin(ref *reference.Reference, c *coverage) *story {
	book := ref.Book.WithInspectors(inspected...)
	return &story{
		world:     incident.Order{Book: book, Matters: ref.Matters, Days: ref.Days, Policy: ref.Policy},
		folder:    casefile.NewFolder(book, ref.Matters),
		incidents: map[string]*told{}, posts: map[string][]jurisdiction.Post{}, coverage: c,
	}
}

// stored begins a story with facts as they lie in somebody's ledger, a name and one JSON
// object a line.
func (s *story) stored(facts string) error {
	of := s.of(line{of: "a"})
	for text := range strings.Lines(facts) {
		name, data, _ := strings.Cut(strings.TrimSpace(text), " ")
		if name == "" || name == "#" {
			continue
		}
		e, err := incident.Decode(name, []byte(data))
		if err != nil {
			return err
		}
		if r, ok := e.(incident.Reported); ok {
			of.number = r.Number
		}
		if err := s.add(of, []incident.Event{e}); err != nil {
			return err
		}
		s.now = incident.FactOf(e).At
	}
	return nil
}

// tell does what a line says, and returns what was wrong about it.
func (s *story) tell(l line) error {
	switch {
	case l.time != "":
		return s.passTime(l)
	case l.setting != "":
		return s.set(l)
	case s.now.IsZero():
		return fmt.Errorf("nobody said when")
	case strings.HasPrefix(l.command, "may"):
		return s.may(l)
	}
	return s.give(l)
}

// passTime lets the clocks speak until then.
func (s *story) passTime(l line) error {
	then, err := s.moment(l.time)
	if err != nil || then.Before(s.now) {
		return fmt.Errorf("%s is before %v: %w", l.time, s.now, err)
	}
	s.now = then
	var said []incident.Event
	for {
		t, of := s.nextTimer()
		if of == nil {
			break
		}
		events, err := incident.Decide(of.state, s.order(incident.Workflow, t.Command()))
		if err != nil || len(events) == 0 {
			return fmt.Errorf("the timer %+v says %v, %w", t, events, err)
		}
		s.coverage.accepted[t.Command().Name()]++
		if err := s.add(of, events); err != nil {
			return err
		}
		said = append(said, events...)
	}
	if l.says() {
		return s.followed(l, said, nil)
	}
	return nil
}

func (s *story) nextTimer() (next incident.Timer, of *told) {
	for _, label := range s.labels() {
		for _, t := range s.incidents[label].state.Timers() {
			fires := t.At.Before(s.now) || t.AtOnce() && !t.At.After(s.now)
			if fires && (of == nil || t.At.Before(next.At)) {
				next, of = t, s.incidents[label]
			}
		}
	}
	return next, of
}

func (s *story) labels() []string {
	var labels []string
	for label := range s.incidents {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	return labels
}

// set changes what orders are judged by.
func (s *story) set(l line) error {
	policy := *s.world.Policy
	for name, value := range l.fields {
		switch {
		case l.setting == "calendar":
			days, err := published(name)
			if err != nil {
				return err
			}
			s.world.Days = days
		case l.setting == "posts":
			s.posts[name] = nil
			for post := range strings.SplitSeq(value, ",") {
				s.posts[name] = append(s.posts[name], jurisdiction.Post(post))
			}
		case name == "return_review":
			policy.ReturnReview = incident.ReturnReview(value)
		case name == "rework":
			policy.Rework = incident.Rework(value)
		case name == "separation_of_duties":
			policy.Separation = incident.Separation(value)
		case name == "draw_percent":
			policy.DrawPercent, _ = strconv.Atoi(value)
		case name == "extension_ladder", name == "suspension_ladder":
			var ladder []incident.Rung
			for rung := range strings.SplitSeq(value, ";") {
				ladder = append(ladder, incident.Rung(rung))
			}
			if name == "extension_ladder" {
				policy.ExtensionLadder = ladder
			} else {
				policy.SuspensionLadder = ladder
			}
		default:
			return fmt.Errorf("the stories know no policy %q", name)
		}
	}
	s.world.Policy = &policy
	return nil
}

// published is the calendar of today with one more year.
func published(year string) (*deadline.Calendar, error) {
	today, err := os.ReadFile("../../../domain/reference/data/calendar_cn.csv")
	if err != nil {
		return nil, err
	}
	more := string(today) + year + "-01-01,off,元旦\n"
	return deadline.ParseCalendar("cn-"+year, strings.NewReader(more))
}

// may checks the list of what is allowed.
func (s *story) may(l line) error {
	by, err := actor(l.who)
	if err != nil {
		return err
	}
	o := s.order(by, nil)
	allowed := incident.Allowed(s.of(l).state, o)
	for _, command := range l.fields.rest() {
		if slices.Contains(allowed, command) != (l.command == "may") {
			return fmt.Errorf("%s: allowed are %v", command, allowed)
		}
	}
	return nil
}

// give gives a command, and checks what follows.
func (s *story) give(l line) error {
	by, err := actor(l.who)
	if err != nil {
		return err
	}
	c, err := s.command(l, by)
	if err != nil {
		return err
	}
	if want := incident.Label(c.Name()); l.label != want {
		return fmt.Errorf("the label of %s is %s", c.Name(), want)
	}
	of := s.of(l)
	o := s.order(by, c)
	allowed := slices.Contains(incident.Allowed(of.state, o), c.Name())
	events, err := incident.Decide(of.state, o)
	no, refused := domain.AsRefusal(err)
	switch {
	case err != nil && !refused:
		return err
	case refused:
		s.coverage.refused[c.Name()]++
	case len(events) > 0:
		s.coverage.accepted[c.Name()]++
	}
	switch {
	case len(events) > 0 && !allowed && !by.System():
		return fmt.Errorf("it is done, and not in the list of what is allowed")
	case refused && no.Field == "" && allowed:
		return fmt.Errorf("it is refused as %s, and in the list of what is allowed", no.Code)
	}
	if r, ok := c.(incident.Report); ok && len(events) > 0 {
		of.number = r.Number
	}
	if err := s.followed(l, events, no); err != nil {
		return err
	}
	return s.add(of, events)
}

// followed compares what followed with what the story says.
func (s *story) followed(l line, events []incident.Event, no *domain.Refusal) error {
	got := ""
	if no != nil {
		got = no.Code + " " + no.Zh
	}
	switch {
	case got != l.refusal:
		return fmt.Errorf("the answer is %q, not %q", got, l.refusal)
	case no != nil:
		return nil
	case l.nothing && len(events) > 0:
		return fmt.Errorf("%s follow", namesOf(events))
	case l.nothing:
		return nil
	case len(events) == 0 && l.time == "":
		return fmt.Errorf("nothing follows")
	case len(l.facts) == 0:
		return nil
	case len(l.facts) != len(events):
		return fmt.Errorf("%s follow", namesOf(events))
	}
	for i, want := range l.facts {
		name, data, err := incident.Encode(events[i])
		if err != nil {
			return err
		}
		if name != "incident."+want.name {
			return fmt.Errorf("%s follow", namesOf(events))
		}
		if err := s.agrees(data, want.fields); err != nil {
			return fmt.Errorf("%s: %w", want.name, err)
		}
	}
	return nil
}

func namesOf(events []incident.Event) string {
	if len(events) == 0 {
		return "no facts"
	}
	var names []string
	for _, e := range events {
		name, _, _ := incident.Encode(e)
		names = append(names, strings.TrimPrefix(name, "incident."))
	}
	return strings.Join(names, ", ")
}

// short names of what stands deeper.
var short = map[string]string{"due": "deadline.due", "total": "total.due"}

// agrees compares some fields of a JSON object.
func (s *story) agrees(data []byte, want fields) error {
	var all any
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	for path, value := range want {
		found := at(all, path)
		if deeper, ok := short[path]; ok {
			if d := at(all, deeper); d != nil {
				found = d
			}
		}
		if got := s.plain(found); got != s.plain(value) {
			return fmt.Errorf("%s is %q, not %q", path, got, value)
		}
	}
	return nil
}

// at walks into JSON by a path like holder.name or late.0.unit.
func at(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			switch {
			case step == "count":
				v = float64(len(x))
			case err != nil || i >= len(x):
				return nil
			default:
				v = x[i]
			}
		default:
			return nil
		}
	}
	return v
}

// plain writes a value as stories do: times in the district's time to the minute, units
// by code, lists with commas, nothing as -.
func (s *story) plain(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t.In(deadline.CST).Format("2006-01-02 15:04")
		}
		if v == "" {
			return "-"
		}
		if strings.Contains(v, ",") {
			var parts []any
			for part := range strings.SplitSeq(v, ",") {
				parts = append(parts, strings.TrimSpace(part))
			}
			return s.plain(parts)
		}
		return s.unit(v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, s.plain(x))
		}
		if len(parts) == 0 {
			return "-"
		}
		return strings.Join(parts, ",")
	case map[string]any:
		for _, key := range []string{"unit", "number", "id"} {
			if x, there := v[key]; there {
				return s.plain(x)
			}
		}
		text, _ := json.Marshal(v)
		return string(text)
	}
	return fmt.Sprint(v)
}

// add adds facts to an incident, as the ledger and the views do.
func (s *story) add(of *told, events []incident.Event) error {
	for _, e := range events {
		name, data, err := incident.Encode(e)
		if err != nil {
			return err
		}
		s.coverage.facts[name]++
		s.position++
		r := eventstore.Record{
			Position: s.position, Stream: eventstore.StreamOf(casefile.Category, of.id), Version: eventstore.Version(len(of.records) + 1),
			Type: name, At: incident.FactOf(e).At.UTC(), Data: data,
		}
		if of.file, err = s.folder.Apply(of.file, r); err != nil {
			return err
		}
		of.state = incident.Evolve(of.state, e)
		if _, filed := e.(incident.Filed); filed {
			of.filedAt = of.state.Acts
		}
		of.records, of.events = append(of.records, r), append(of.events, e)
	}
	return nil
}

// rowIs checks what a reader sees of an incident in the end, and that it is the same
// folded anew from what was stored.
func (s *story) rowIs(label, want string) error {
	of, there := s.incidents[label]
	if !there {
		return fmt.Errorf("there is no incident %s", label)
	}
	again, err := s.folder.Fold(of.records)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(of.file, again, cmpopts.EquateEmpty()); diff != "" {
		return fmt.Errorf("folded anew the row differs:\n%s", diff)
	}
	if !reflect.DeepEqual(of.state, incident.Decider.Fold(incident.State{}, of.events...)) {
		return fmt.Errorf("folded anew the state differs")
	}
	data, err := json.Marshal(of.file)
	if err != nil {
		return err
	}
	for i, text := range strings.Split(want, "\n") {
		if text = strings.TrimSpace(text); text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		path, value, ok := strings.Cut(text, ":")
		if !ok {
			return fmt.Errorf("line %d, %q is no name: value", i+1, text)
		}
		if err := s.agrees(data, fields{path: strings.TrimSpace(value)}); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) order(by incident.Actor, c incident.Command) incident.Order {
	o := s.world
	o.At, o.By, o.Command, o.Posts = s.now, by, c, s.posts[by.Person]
	return o
}

func (s *story) of(l line) *told {
	of, there := s.incidents[l.of]
	if !there {
		of = &told{id: idOf(l.of)}
		s.incidents[l.of] = of
	}
	return of
}

func (s *story) numberOf(label string) string {
	if of, there := s.incidents[label]; there {
		return of.number
	}
	return ""
}

// number is the number of an incident reported now: a has the first of the day.
func (s *story) number(label string) string {
	return fmt.Sprintf("440114-%s-%05d", s.now.In(deadline.CST).Format("20060102"), label[0]-'a'+1)
}

// moment reads a time; without a date it is today.
func (s *story) moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if len(text) == len("15:04") {
		text = s.now.In(deadline.CST).Format("2006-01-02 ") + text
	}
	return time.ParseInLocation("2006-01-02 15:04", text, deadline.CST)
}

// unit returns the code of a unit named by code, by name, or by the template of an
// office of 花城街道. Anything else stays as it is.
func (s *story) unit(name string) string {
	if name == "" {
		return name
	}
	if _, known := s.world.Book.Unit(name); known {
		return name
	}
	if _, known := s.world.Book.Unit("440114002-" + name); known {
		return "440114002-" + name
	}
	for _, u := range s.world.Book.Units() {
		if u.Name == name {
			return u.Code
		}
	}
	return name
}

func (s *story) units(text string) []string {
	var codes []string
	if text != "" {
		for name := range strings.SplitSeq(text, ",") {
			codes = append(codes, s.unit(name))
		}
	}
	return codes
}
