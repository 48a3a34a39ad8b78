// Package whatif replays real history under other rules: what people did, at the moments
// they did it, decided again with other tables laid over those of each moment. It tells
// what would have been on time, returned, difficult, extended and given to whom, then and
// now, and of each incident that differs, why.
//
// What it keeps true: nothing is written anywhere; and with no tables laid, every fact
// of history follows again, those of the clocks too. An incident for which that fails (its
// facts are an older program's, or rest on what no fact tells) is named as not reproduced and
// stands in the figures as it was, on both sides.
//
// What it assumes is written in [Assumptions], and told with every report.
package whatif

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

// Assumptions are what a report takes for granted, in the words of those who read it.
var Assumptions = []string{
	"人员在当时的同一时刻作出同一操作；新规则不允许的操作列为“被拒”并计数，其后的操作照常推演。",
	"新规则下由其他单位承办的，由该单位在原承办单位操作的时刻作出同样的操作；但原单位的退单、升级和各类申请不由他人代为提出，列为“不再发生”。",
	"新规则要求审核退单的，视为指挥中心在其后续派遣、升级或会商时同意；多级审批中当时没有人签署的一级不视为同意。",
	"自动立案、自动派遣按新规则的分派结果；新规则不能自动办理的，视为指挥中心在同一时刻按原单位派遣。",
	"时限、预警和超时由时钟按新规则产生，推演到账本最后一条记录的时刻为止。",
	"并案、疑似重复、回潮、派员核查、抽查以及会商裁定沿用当时的结果；岗位和网格员名单不在账本中，按操作当时成立处理。",
}

// A Period is what history to read, and by what.
type Period struct {
	From, To time.Time // incidents reported from From on, before To
	Was      Rules     // of then
	Folder   *casefile.Folder
}

// A Report is then and now.
type Report struct {
	From      time.Time           `json:"from"`
	To        time.Time           `json:"to"`
	Position  eventstore.Position `json:"position"` // of the last fact that was read
	At        time.Time           `json:"at"`       // when it came true: clocks run until then
	Incidents int                 `json:"incidents"`
	Facts     int                 `json:"facts"`   // of these incidents
	Differ    int                 `json:"differ"`  // incidents that do
	Unlike    int                 `json:"unlike"`  // incidents that are not reproduced by the rules of then
	Refused   int                 `json:"refused"` // acts that the other rules refuse
	Away      int                 `json:"away"`    // acts that had nothing to act on any more

	Then Figures `json:"then"`
	Now  Figures `json:"now"`

	Units       []UnitLoad   `json:"units"`          // those that differ first, by how much; then by code
	RefusedBy   []RefusedFor `json:"refused_by"`     // the most frequent first
	Items       []Difference `json:"items"`          // those with another outcome first, then by number
	NotAlike    []Difference `json:"not_reproduced"` // by number
	Assumptions []string     `json:"assumptions"`

	Elapsed        time.Duration `json:"-"`                // that the answer took, once the facts were read
	FactsPerSecond float64       `json:"facts_per_second"` // of that
}

// Figures are one side of it. Runs of stages are counted as [figures] defines them.
type Figures struct {
	Stages      []Run `json:"stages"` // in the order of the workflow
	Total       Run   `json:"total"`
	Dispatched  int64 `json:"dispatched"` // to a handling unit
	Handled     int64 `json:"handled"`
	Closed      int64 `json:"closed"`
	Open        int64 `json:"open"` // incidents that are, in the end
	Returns     int64 `json:"returns"`
	Difficult   int64 `json:"difficult"` // incidents that became difficult
	Extensions  int64 `json:"extensions"`
	Suspensions int64 `json:"suspensions"`
	Warned      int64 `json:"warned"`  // times that a lamp turned yellow
	Expired     int64 `json:"expired"` // times that one turned red
}

// A Run is how the runs of a stage, or of the total clock, came out.
type Run struct {
	Stage   incident.Stage `json:"stage,omitempty"`
	OnTime  int64          `json:"on_time"`
	Expired int64          `json:"expired"`
	Late    int64          `json:"late"` // of the expired: done after all
	Due     int64          `json:"due"`  // on time + expired
	Rate    *float64       `json:"rate"` // on time of these; null where there is none
}

// A UnitLoad is how often a unit was given something to handle, and how often its time
// for that ran out.
type UnitLoad struct {
	Unit        string `json:"unit"`
	Name        string `json:"name"`
	Then        int64  `json:"then"`
	Now         int64  `json:"now"`
	ThenExpired int64  `json:"then_expired"`
	NowExpired  int64  `json:"now_expired"`
}

// A Refused is an act that the other rules refuse.
type Refused struct {
	Position eventstore.Position `json:"position"` // of the fact that tells of it
	At       time.Time           `json:"at"`
	Command  string              `json:"command"`
	Unit     string              `json:"unit,omitempty"`
	Code     string              `json:"code"`
	Why      string              `json:"why"`
	WhyEN    string              `json:"why_en"`
}

// RefusedFor counts such acts.
type RefusedFor struct {
	Command string `json:"command"`
	Code    string `json:"code"`
	Why     string `json:"why"`
	WhyEN   string `json:"why_en"`
	Count   int    `json:"count"`
}

// A Difference is an incident that differs, with the first fact that does.
type Difference struct {
	ID       string              `json:"id"`
	Number   string              `json:"number"`
	Position eventstore.Position `json:"position"` // of the first fact that is another, or is not there
	At       time.Time           `json:"at"`
	Why      string              `json:"why"` // 处置时限 4 工作时 → 8 工作时
	WhyEN    string              `json:"why_en"`
	Change   string              `json:"change"` // 原超时 现按时; empty: no figure changes
	ChangeEN string              `json:"change_en"`
	Then     Outcome             `json:"then"`
	Now      Outcome             `json:"now"`
	Refused  []Refused           `json:"refused"`
	Away     int                 `json:"away"`
}

// An Outcome is what became of one incident.
type Outcome struct {
	Status     incident.Status `json:"status"`
	Stage      incident.Stage  `json:"stage,omitempty"`
	Unit       string          `json:"unit"` // that handles or handled it last
	Expired    int64           `json:"expired"`
	Handling   string          `json:"handling"` // on_time, late, expired; empty: not judged
	Total      string          `json:"total"`
	Returns    int64           `json:"returns"`
	Extensions int64           `json:"extensions"`
	Difficult  bool            `json:"difficult"`
}

// A History is the facts of the incidents reported in a period, in memory as they are
// stored: about 1 kB each. It may be asked again and again, by many at once;
// [History.Prepare] makes that quick, decoded facts taking the place of the stored ones.
type History struct {
	Period
	lives    []past
	index    map[eventstore.Stream]int // of lives
	facts    int
	position eventstore.Position
	at       time.Time
	// Elapsed is what it took to read; Decoded to decode, and Checked to replay it all by
	// the rules of then, if it was prepared.
	Elapsed, Decoded, Checked time.Duration
}

// A past is one incident as it was.
type past struct {
	raw   []eventstore.Record // after facts, not decoded yet
	facts []fact
	tally tally
	again *life // by the rules of then, if that is not the same
	known recall
}

// Facts is how many facts it holds.
func (h *History) Facts() int { return h.facts }

// A TooLongError says that a period holds more facts than memory is set aside for.
type TooLongError struct{ Most int }

func (e *TooLongError) Error() string {
	return fmt.Sprintf("whatif: the incidents of this period have more than %d facts; ask about a shorter one", e.Most)
}

// Read reads a ledger to its head, and keeps the facts of the period's incidents.
func Read(ctx context.Context, ledger eventstore.Store, p Period) (*History, error) {
	h := &History{Period: p, index: map[eventstore.Stream]int{}}
	return h, h.Extend(ctx, ledger, 0, nil)
}

// Extend reads on to the ledger's head, keeping what was read and decoded before; no more
// than most facts in all (0: any number). Nothing may be asked meanwhile. tell, if not nil,
// hears after each page how far it is.
func (h *History) Extend(ctx context.Context, ledger eventstore.Store, most int, tell func(eventstore.Position)) error {
	began := time.Now()
	reported := stored(incident.Reported{})
	for {
		page, err := ledger.Page(ctx, h.position, eventstore.DefaultPage)
		if err == nil {
			err = eventstore.CheckDense(h.position, page)
		}
		if err != nil {
			return fmt.Errorf("whatif: reading after position %d: %w", h.position, err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			h.position, h.at = r.Position, later(h.at, r.At)
			if r.Stream.Category() != casefile.Category {
				continue
			}
			i, mine := h.index[r.Stream]
			if !mine {
				if r.Version != 1 || r.Type != reported || r.At.Before(h.From) || !r.At.Before(h.To) {
					continue
				}
				i = len(h.lives)
				h.index[r.Stream] = i
				h.lives = append(h.lives, past{})
			}
			h.lives[i].raw = append(h.lives[i].raw, r)
			if h.facts++; most > 0 && h.facts > most {
				return &TooLongError{most}
			}
		}
		if tell != nil {
			tell(h.position)
		}
	}
	h.Elapsed = time.Since(began)
	return nil
}

// Prepare decodes the facts and replays them by the rules of then, once for all that is
// asked; called again after [History.Extend], only what is new. It is called before
// anything is asked, or not at all.
func (h *History) Prepare(ctx context.Context) error {
	began := time.Now()
	var fresh []int
	for i, l := range h.lives {
		// Clocks run on to the end: what is not reproduced comes out otherwise there.
		if l.raw != nil || l.again != nil {
			fresh = append(fresh, i)
		}
	}
	if err := each(ctx, len(fresh), func(_, i int) error { return h.lives[fresh[i]].decode() }); err != nil {
		return err
	}
	h.Decoded, began = time.Since(began), time.Now()
	err := each(ctx, len(fresh), func(_, i int) error { h.lives[fresh[i]].check(h); return nil })
	h.Checked = time.Since(began)
	return err
}

// decode lets the decoded facts take the place of the stored ones.
func (l *past) decode() error {
	l.facts = append(make([]fact, 0, len(l.facts)+len(l.raw)), l.facts...)
	for _, r := range l.raw {
		e, err := casefile.Event(r)
		if err != nil {
			return err
		}
		r.Data = nil
		l.facts = append(l.facts, fact{r, e})
	}
	l.raw = nil
	return nil
}

// check counts what was, and replays it by the rules of then.
func (l *past) check(h *History) {
	l.tally, l.again = count(h.Folder, l.facts), nil
	l.known = recall{}
	if again := (&replayer{was: h.Was, now: h.Was, facts: l.facts, known: &l.known}).live(h.at); again.differs >= 0 {
		l.again = &again
	}
	l.known.full = true
}

func stored(e incident.Event) string {
	name, _, err := incident.Encode(e)
	if err != nil {
		panic(err) // an empty fact always encodes
	}
	return name
}

// each calls do for 0 … n-1 on as many workers as there are processors, each with its
// number, and returns the first error.
func each(ctx context.Context, n int, do func(worker, i int) error) error {
	var wait sync.WaitGroup
	errs := make([]error, workers())
	for w := range errs {
		wait.Go(func() {
			for i := w; i < n && errs[w] == nil; i += len(errs) {
				if errs[w] = ctx.Err(); errs[w] == nil {
					errs[w] = do(w, i)
				}
				runtime.Gosched() // beside a server, requests come first
			}
		})
	}
	wait.Wait()
	return cmp.Or(errs...)
}

func workers() int { return runtime.GOMAXPROCS(0) }

// Ask tells what would have been under other rules.
func (h *History) Ask(ctx context.Context, now Rules) (*Report, error) { return h.ask(ctx, now, nil) }

// ask is Ask, which counts in done, if not nil, the facts that are answered for.
func (h *History) ask(ctx context.Context, now Rules, done *atomic.Int64) (*Report, error) {
	began := time.Now()
	parts := make([]*sum, workers())
	for w := range parts {
		parts[w] = &sum{then: newSide(), now: newSide(), refused: map[[2]string]RefusedFor{}}
	}
	err := each(ctx, len(h.lives), func(w, i int) error {
		l := h.lives[i] // a copy: what was not prepared is decoded for this once
		if l.raw != nil {
			if err := l.decode(); err != nil {
				return err
			}
			l.check(h)
		}
		parts[w].add(h, now, l)
		if done != nil {
			done.Add(int64(len(l.facts)))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := parts[0]
	for _, p := range parts[1:] {
		all.join(p)
	}
	r := all.report(h.Folder)
	r.From, r.To, r.Position, r.At = h.From, h.To, h.position, h.at
	r.Incidents, r.Facts, r.Elapsed = len(h.lives), h.facts, time.Since(began)
	r.FactsPerSecond = math.Round(float64(r.Facts) / max(r.Elapsed.Seconds(), 1e-6))
	return r, nil
}

// A sum is what some of the incidents add up to.
type sum struct {
	then, now side
	refused   map[[2]string]RefusedFor
	acts      int // refused
	away      int
	differ    []Difference
	unlike    []Difference
}

// add replays one incident.
func (s *sum) add(h *History, rules Rules, l past) {
	names := words{book: h.Folder.Book()}
	s.then.take(l.tally)
	d := Difference{
		ID: l.facts[0].record.Stream.ID(), Number: l.facts[0].event.(incident.Reported).Number,
		Then: l.tally.outcome, Now: l.tally.outcome, Refused: []Refused{},
	}
	if l.again != nil {
		s.now.take(l.tally)
		d.explain(names, l.facts, *l.again)
		s.unlike = append(s.unlike, d)
		return
	}
	other := (&replayer{was: h.Was, now: rules, facts: l.facts, known: &l.known}).live(h.at)
	if other.differs < 0 {
		s.now.take(l.tally)
		return
	}
	now := count(h.Folder, other.made)
	s.now.take(now)
	d.Now, d.Away, d.Refused = now.outcome, other.away, append(d.Refused, other.refused...)
	d.explain(names, l.facts, other)
	d.Change, d.ChangeEN = names.change(d.Then, d.Now), names.inEnglish().change(d.Then, d.Now)
	s.differ = append(s.differ, d)
	s.acts, s.away = s.acts+len(other.refused), s.away+other.away
	for _, x := range other.refused {
		key := [2]string{x.Command, x.Code}
		s.refused[key] = RefusedFor{x.Command, x.Code, x.Why, x.WhyEN, s.refused[key].Count + 1}
	}
}

func (s *sum) join(o *sum) {
	s.then.join(o.then)
	s.now.join(o.now)
	for key, x := range o.refused {
		x.Count += s.refused[key].Count
		s.refused[key] = x
	}
	s.acts, s.away = s.acts+o.acts, s.away+o.away
	s.differ, s.unlike = append(s.differ, o.differ...), append(s.unlike, o.unlike...)
}

func (s *sum) report(folder *casefile.Folder) *Report {
	byNumber := func(a, b Difference) int { return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(s.differ, func(a, b Difference) int {
		if (a.Change == "") != (b.Change == "") {
			return cmp.Compare(b.Change, a.Change) // "" is the least
		}
		return byNumber(a, b)
	})
	slices.SortFunc(s.unlike, byNumber)
	r := &Report{
		Differ: len(s.differ), Unlike: len(s.unlike), Refused: s.acts, Away: s.away,
		Then: s.then.figures(), Now: s.now.figures(), Units: loads(folder, s.then, s.now),
		RefusedBy: []RefusedFor{}, Items: append([]Difference{}, s.differ...), NotAlike: append([]Difference{}, s.unlike...),
		Assumptions: Assumptions,
	}
	for _, x := range s.refused {
		r.RefusedBy = append(r.RefusedBy, x)
	}
	slices.SortFunc(r.RefusedBy, func(a, b RefusedFor) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Command, b.Command), cmp.Compare(a.Code, b.Code))
	})
	return r
}

// counted names a figure of a unit.
type counted struct {
	figure figures.Figure
	unit   string
}

// A side is the figures of then or of now.
type side struct {
	counts                           map[counted]int64
	open, difficult, warned, expired int64
}

func newSide() side { return side{counts: map[counted]int64{}} }

// A tally is what one incident adds.
type tally struct {
	counts                           []figures.Count
	outcome                          Outcome
	open, difficult, warned, expired int64
}

// count folds an incident's facts, and counts them.
func count(folder *casefile.Folder, facts []fact) tally {
	var t tally
	var file casefile.File
	for _, f := range facts {
		before := file
		file = folder.Evolve(before, f.record, f.event)
		t.counts = append(t.counts, figures.Of(casefile.Step{Record: f.record, Event: f.event, Before: before, After: file})...)
		if file.Difficult {
			t.difficult = 1
		}
		switch f.event.(type) {
		case incident.Warned:
			t.warned++
		case incident.Expired:
			t.expired++
		default:
		}
	}
	if file.Status == incident.StatusOpen {
		t.open = 1
	}
	t.outcome = Outcome{Status: file.Status, Unit: file.Unit, Expired: t.expired, Difficult: t.difficult > 0}
	if file.Stage != nil {
		t.outcome.Stage = *file.Stage
	}
	for _, c := range t.counts {
		switch c.Figure {
		case figures.Returned:
			t.outcome.Returns += c.N
		case figures.Extended:
			t.outcome.Extensions += c.N
		case figures.OnTime(incident.Handling):
			t.outcome.Handling = worse(t.outcome.Handling, onTime)
		case figures.Expired(incident.Handling):
			t.outcome.Handling = worse(t.outcome.Handling, expired)
		case figures.TotalOnTime:
			t.outcome.Total = worse(t.outcome.Total, onTime)
		case figures.TotalExpired:
			t.outcome.Total = worse(t.outcome.Total, expired)
		}
	}
	return t
}

// How runs came out.
const (
	onTime  = "on_time"
	expired = "expired"
)

// worse returns the worse of two.
func worse(a, b string) string {
	if a == expired {
		return a
	}
	return b
}

func (s *side) take(t tally) {
	for _, c := range t.counts {
		s.counts[counted{c.Figure, c.Unit}] += c.N
	}
	s.open, s.difficult, s.warned, s.expired = s.open+t.open, s.difficult+t.difficult, s.warned+t.warned, s.expired+t.expired
}

func (s *side) join(o side) {
	for key, n := range o.counts {
		s.counts[key] += n
	}
	s.open, s.difficult, s.warned, s.expired = s.open+o.open, s.difficult+o.difficult, s.warned+o.warned, s.expired+o.expired
}

// of sums a figure over all units.
func (s side) of() map[figures.Figure]int64 {
	all := map[figures.Figure]int64{}
	for key, n := range s.counts {
		all[key.figure] += n
	}
	return all
}

func (s side) figures() Figures {
	all := s.of()
	f := Figures{
		Stages: []Run{}, Total: runOf("", all[figures.TotalOnTime], all[figures.TotalExpired], all[figures.TotalLate]),
		Dispatched: all[figures.Dispatched], Handled: all[figures.Handled], Closed: all[figures.Closed], Open: s.open,
		Returns: all[figures.Returned], Difficult: s.difficult, Extensions: all[figures.Extended], Suspensions: all[figures.Suspended],
		Warned: s.warned, Expired: s.expired,
	}
	for _, stage := range incident.Stages {
		f.Stages = append(f.Stages, runOf(stage, all[figures.OnTime(stage)], all[figures.Expired(stage)], all[figures.Late(stage)]))
	}
	return f
}

func runOf(stage incident.Stage, onTime, expired, late int64) Run {
	r := Run{Stage: stage, OnTime: onTime, Expired: expired, Late: late, Due: onTime + expired}
	if r.Due > 0 {
		rate := float64(r.OnTime) / float64(r.Due)
		r.Rate = &rate
	}
	return r
}

// loads are the units that were given anything, then or now.
func loads(folder *casefile.Folder, then, now side) []UnitLoad {
	byUnit := map[string]UnitLoad{}
	note := func(s side, figure figures.Figure, to func(*UnitLoad) *int64) {
		for key, n := range s.counts {
			if key.figure == figure {
				load := byUnit[key.unit]
				*to(&load) += n
				byUnit[key.unit] = load
			}
		}
	}
	note(then, figures.Dispatched, func(l *UnitLoad) *int64 { return &l.Then })
	note(now, figures.Dispatched, func(l *UnitLoad) *int64 { return &l.Now })
	note(then, figures.Expired(incident.Handling), func(l *UnitLoad) *int64 { return &l.ThenExpired })
	note(now, figures.Expired(incident.Handling), func(l *UnitLoad) *int64 { return &l.NowExpired })
	list := []UnitLoad{}
	for code, load := range byUnit {
		u, _ := folder.Book().Unit(code)
		load.Unit, load.Name = code, u.Name
		list = append(list, load)
	}
	by := func(l UnitLoad) int64 { return max(l.Now-l.Then, l.Then-l.Now) }
	slices.SortFunc(list, func(a, b UnitLoad) int { return cmp.Or(cmp.Compare(by(b), by(a)), cmp.Compare(a.Unit, b.Unit)) })
	return list
}

func number(n int) string { return strconv.Itoa(n) }
