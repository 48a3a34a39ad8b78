package simulation

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
)

// Person is the prefix of every simulated person's account. None can log in.
const Person = "system:simulation:"

// A Move is what a simulated person will do with an incident, and when.
type Move struct {
	At      time.Time
	By      incident.Actor
	Command incident.Command
}

// People decide what happens next to an incident. They are a pure function of
// the incident's state, its id and when it got there: the same history makes
// the same next move, so a demonstration goes on after a restart.
type People struct {
	Ref *reference.Reference
}

// Next returns the next move for an incident that stands in s since at, after so many
// acts of people; false when nobody here would move it.
func (p People) Next(id string, acts int, s incident.State, at time.Time) (Move, bool) {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", id, acts)
	rnd := rand.New(rand.NewPCG(h.Sum64(), 1))
	m := moment{people: p, id: id, s: s, at: at, rnd: rnd, urgent: s.Severity != incident.Normal || s.Limit.Unit.Urgent()}
	if s.Status == incident.StatusClosed {
		return m.closed()
	}
	switch s.Stage {
	case incident.Verifying:
		return m.verifying()
	case incident.Intake:
		return m.intake()
	case incident.Dispatching:
		return m.dispatching()
	case incident.Handling:
		return m.handling()
	case incident.Coordinating:
		return m.coordinating()
	case incident.Checking:
		return m.checking()
	case incident.Closing:
		return m.move(m.soon(40*time.Minute), "desk", incident.Close{ClosingConditionMet: true}), true
	default:
		return Move{}, false
	}
}

type moment struct {
	people People
	id     string
	s      incident.State
	at     time.Time
	rnd    *rand.Rand
	urgent bool
}

func (m moment) verifying() (Move, bool) {
	at := m.soon(45 * time.Minute)
	if m.chance(0.05) {
		return m.move(at, "inspector", incident.Refute{Reason: m.reason("refute")}), true
	}
	return m.move(at, "inspector", incident.Confirm{}), true
}

func (m moment) intake() (Move, bool) {
	at := m.soon(18 * time.Minute)
	if slices.Contains(m.s.Flags, incident.NotFound) {
		return m.move(at, "desk", incident.Decline{Reason: "现场核实未发现所反映的问题，已答复诉求人。"}), true
	}
	if m.s.Matter.IsZero() {
		return m.move(at, "desk", incident.Decline{Reason: "咨询、表扬类来电，已直接答复诉求人，不作为事件立案。"}), true
	}
	criteria := m.people.Ref.Matters.CriteriaOf(m.s.Matter)
	if len(criteria) == 0 {
		return m.move(at, "desk", incident.Decline{Reason: "该管理事项尚未明确立案条件，已交保洁顺手处理并记录。"}), true
	}
	if m.chance(0.04) {
		return m.move(at, "desk", incident.Decline{Reason: m.reason("decline")}), true
	}
	criterion := criteria[m.rnd.IntN(len(criteria))]
	return m.move(at, "desk", incident.File{Matter: m.s.Matter, Criterion: criterion.ID, Severity: m.s.Severity}), true
}

func (m moment) dispatching() (Move, bool) {
	at := m.soon(15 * time.Minute)
	canRise := m.s.Tier != jurisdiction.District
	if m.s.Difficult {
		if m.s.Tier == jurisdiction.Community || canRise && m.chance(0.5) {
			return m.move(at, "desk", m.escalation()), true
		}
		return m.coordination(), true
	}
	if m.s.Returns > 1 && m.s.Tier != jurisdiction.Community && m.chance(0.5) {
		return m.coordination(), true // twice handed back: better asked than sent round again
	}
	candidates := m.people.Ref.Book.Candidates(m.s.Matter, m.s.Place, m.s.Holder)
	for _, c := range candidates {
		if c.Unit == m.s.Unit && m.s.Returns > 0 { // it was handed back by this unit
			continue
		}
		if canRise && m.chance(0.04) {
			break
		}
		return m.move(at, "desk", incident.Dispatch{
			Unit: c.Unit, Reason: c.Reason,
			Basis:   incident.Basis{PolicyVersion: m.people.Ref.Policy.Version, Row: c.Row, Ruling: c.Ruling, Reason: c.Reason},
			Helpers: m.helpers(c.Unit),
		}), true
	}
	if canRise {
		return m.move(at, "desk", m.escalation()), true
	}
	return m.coordination(), true
}

func (m moment) handling() (Move, bool) {
	unit, _ := m.people.Ref.Book.Unit(m.s.Holder)
	if m.s.Pause != nil {
		return Move{}, false // it resumes by itself
	}
	if answer, ok := m.pending(); ok {
		return answer, true
	}
	if !m.s.Accepted && m.chance(0.85) {
		return m.move(m.soon(25*time.Minute), "handler", incident.Accept{}), true
	}
	if unit.Kind == jurisdiction.Station && m.chance(0.14) {
		return m.move(m.soon(50*time.Minute), "staff", m.escalation()), true
	}
	if at := m.soon(50 * time.Minute); unit.Kind != jurisdiction.Station && m.mayReturn(at) && m.chance(0.09) {
		return m.move(at, "handler", m.giveBack()), true
	}
	if wish, ok := m.wish(unit); ok {
		return wish, true
	}
	result := "已到场处置完毕，现场符合结案条件。"
	if own := m.people.Ref.Texts.ResultsFor(m.s.Matter); len(own) > 0 {
		result = m.fill(own[m.rnd.IntN(len(own))])
	}
	return m.move(m.workDone(), "handler", incident.Handle{Result: result}), true
}

// workDone is when the unit finishes: nine times in ten within the limit.
func (m moment) workDone() time.Time {
	from, due := m.s.Deadline.From, m.s.Deadline.Due
	if due == nil {
		return m.hours(m.at.Add(24 * time.Hour))
	}
	share := 0.15 + 0.7*m.rnd.Float64()
	late := m.chance(0.1)
	if late {
		share = 1.1 + 0.8*m.rnd.Float64()
	}
	done := from.Add(time.Duration(share * float64(due.Sub(from))))
	if done.Before(m.at) {
		done = m.at.Add(time.Duration(3+m.rnd.IntN(20)) * time.Minute)
	}
	if shifted := m.hours(done); late || shifted.Before(*due) {
		return shifted
	}
	return done
}

func (m moment) checking() (Move, bool) {
	at := m.soon(80 * time.Minute)
	if m.s.Reworks < 2 && m.chance(0.06) {
		return m.move(at, "inspector", incident.Fail{Reason: m.reason("rework")}), true
	}
	return m.move(at, "inspector", incident.Pass{}), true
}

// move makes a person of the holder's unit do c. The one who checks is never the
// one who handled: posts are different people.
func (m moment) move(at time.Time, post string, c incident.Command) Move {
	unit, _ := m.people.Ref.Book.Unit(m.s.Holder)
	role := unit.Staff()
	if unit.Kind == jurisdiction.Station && post == "inspector" {
		role = jurisdiction.Inspector
	}
	return Move{At: at, Command: c, By: incident.Actor{
		Person: Person + m.s.Holder + ":" + post, Unit: m.s.Holder, Role: role, Name: unit.Name + posts[post],
	}}
}

var posts = map[string]string{"inspector": "网格员", "desk": "派遣员", "handler": "承办人", "staff": "工作人员", "hotline": "热线专办员", "leader": "值班长"}

func (m moment) chance(p float64) bool { return m.rnd.Float64() < p }

// escalation gives a reason and the code that fits it.
func (m moment) escalation() incident.Escalate {
	reason := m.reason("escalate")
	return incident.Escalate{Reason: reason, Code: fitting(reason, incident.BeyondPower, []sign[incident.EscalateCode]{
		{"资金", incident.Funds},
		{"执法", incident.NeedsEnforcement},
		{"处罚", incident.NeedsEnforcement},
		{"立案查处", incident.NeedsEnforcement},
		{"上游", incident.CrossArea},
		{"跨", incident.CrossArea},
	})}
}

// giveBack gives a reason for a return and the code that fits it.
func (m moment) giveBack() incident.Return {
	reason := m.reason("return")
	return incident.Return{Reason: reason, Code: fitting(reason, incident.NotOurDuty, []sign[incident.ReturnCode]{
		{"并案", incident.Duplicate},
		{"位置", incident.WrongPlace},
		{"业主", incident.OwnerElsewhere},
		{"权属", incident.OwnerElsewhere},
		{"产权", incident.OwnerElsewhere},
		{"配合", incident.NeedsSupport},
	})}
}

// A sign is a word by which a reason is told to be of a kind.
type sign[C any] struct {
	word string
	code C
}

// fitting returns the code of the first sign in text.
func fitting[C any](text string, otherwise C, signs []sign[C]) C {
	for _, s := range signs {
		if strings.Contains(text, s.word) {
			return s.code
		}
	}
	return otherwise
}

func (m moment) reason(kind string) string {
	texts := m.people.Ref.Texts.ReasonsFor(kind, m.s.Matter)
	if len(texts) == 0 {
		return "情况说明详见附件。"
	}
	return m.fill(texts[m.rnd.IntN(len(texts))])
}

// fill writes the names of the incident's place into a sentence.
func (m moment) fill(text string) string {
	names := m.people.names()
	place := m.s.Place
	return fill(text, m.at, names.community(place.Community), names.street(place.Street), names.street(m.people.neighbour(place.Street, m.rnd)))
}

func (p People) names() names { return names{p.Ref.Book} }

// neighbour returns another street of the district.
func (p People) neighbour(street string, rnd *rand.Rand) string {
	var others []string
	for _, u := range p.Ref.Book.Units() {
		if u.Kind == jurisdiction.Center && u.Tier == jurisdiction.Street && u.Code != street {
			others = append(others, u.Code)
		}
	}
	return others[rnd.IntN(len(others))]
}

// soon is a while from now, about typical for an ordinary incident and a third of
// it for an urgent one, in staffed hours.
func (m moment) soon(typical time.Duration) time.Time {
	if m.urgent {
		typical /= 3
	}
	wait := time.Duration(float64(typical) * (0.25 + 0.9*m.rnd.ExpFloat64()))
	return m.hours(m.at.Add(min(wait, 6*typical)))
}

// hours moves t into staffed hours (08:30–12:00 and 14:30–18:00, every day: a
// duty shift works at weekends); urgent incidents are answered at any hour.
func (m moment) hours(t time.Time) time.Time {
	if m.urgent {
		return t
	}
	t = t.In(deadline.CST)
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, deadline.CST)
	spread := time.Duration(m.rnd.Int64N(int64(40 * time.Minute)))
	morning, noon := midnight.Add(8*time.Hour+30*time.Minute), midnight.Add(12*time.Hour)
	afternoon, evening := midnight.Add(14*time.Hour+30*time.Minute), midnight.Add(18*time.Hour)
	switch {
	case t.Before(morning):
		return morning.Add(spread)
	case t.Before(noon):
		return t
	case t.Before(afternoon):
		return afternoon.Add(spread)
	case t.Before(evening):
		return t
	default:
		return morning.Add(24*time.Hour + spread)
	}
}

// names say what people call the ground that units answer for.
type names struct{ book *jurisdiction.Book }

func (n names) unit(code string) string {
	if u, ok := n.book.Unit(code); ok {
		return u.Name
	}
	return code
}

// community returns 桂花 for 桂花网格工作站.
func (n names) community(code string) string {
	if code == "" {
		return "本社区"
	}
	return strings.TrimSuffix(n.unit(code), "网格工作站")
}

// street returns 花城街道 for 花城街道指挥中心.
func (n names) street(code string) string {
	if code == "" {
		return "本街镇"
	}
	return strings.TrimSuffix(n.unit(code), "指挥中心")
}

// fill writes names and dates into a sentence of the demonstration, without the
// blanks around them that the table has for its readers.
func fill(text string, at time.Time, community, street, other string) string {
	for name, value := range map[string]string{
		"{community}": community, "{street}": street, "{unit}": "承办单位", "{other}": other,
		"{date}": at.In(deadline.CST).AddDate(0, 0, -7).Format("1月2日"),
	} {
		for _, form := range []string{" " + name + " ", name + " ", " " + name, name} {
			text = strings.ReplaceAll(text, form, value)
		}
	}
	return text
}
