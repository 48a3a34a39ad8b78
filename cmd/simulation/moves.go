package simulation

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// pending returns the move that answers what somebody waits for: a request, a
// question from above, a branch that was called, a helper's task.
func (m moment) pending() (Move, bool) {
	if asked, ok := m.s.Asked[incident.ExtensionRequest]; ok && m.s.Deadline.Due != nil {
		at := m.before(m.soon(25*time.Minute), *m.s.Deadline.Due)
		if m.chance(0.85) {
			return m.as(m.s.Dispatcher, "desk", at, incident.GrantExtension{}), asked.Unit != m.s.Dispatcher && at.After(m.at)
		}
		refuse := incident.RefuseExtension{Reason: "现场条件具备，请按原时限处置。"}
		return m.as(m.s.Dispatcher, "desk", at, refuse), asked.Unit != m.s.Dispatcher
	}
	if asked, ok := m.s.Asked[incident.SuspensionRequest]; ok {
		at := m.soon(40 * time.Minute)
		refuse := incident.RefuseSuspension{Reason: "佐证材料不足，暂不同意挂账，请补充批复文件。"}
		if m.chance(0.7) && m.s.Lamp() != incident.Red && at.Before(m.expiry()) && at.Before(asked.Until) {
			return m.as(m.s.Dispatcher, "desk", at, incident.GrantSuspension{}), asked.Unit != m.s.Dispatcher
		}
		return m.as(m.s.Dispatcher, "desk", at, refuse), asked.Unit != m.s.Dispatcher
	}
	for _, c := range m.s.Calls {
		if c.Answered != "" {
			continue
		}
		if m.chance(0.2) {
			return m.as(c.Unit, "handler", m.soon(20*time.Minute), incident.RefuseCall{Reason: "警力正在处置其他警情，建议由区级统筹安排。"}), true
		}
		return m.as(c.Unit, "handler", m.soon(20*time.Minute), incident.Arrive{}), true
	}
	for _, q := range m.s.Supervisions {
		if !q.Answered {
			return m.move(m.soon(50*time.Minute), "handler", incident.Reply{Answer: "已安排人员到场，正在按时限推进，处置结果将及时反馈。"}), true
		}
	}
	for _, h := range m.s.Helpers {
		if !h.Done && m.chance(0.9) {
			return m.as(h.Unit, "handler", m.soon(35*time.Minute), incident.Help{Result: "已按分工完成协办任务。"}), true
		}
	}
	return Move{}, false
}

// expiry is when the first clock turns red; far away when none says.
func (m moment) expiry() time.Time {
	first := m.at.AddDate(10, 0, 0)
	for _, due := range []*time.Time{m.s.Deadline.Due, total(m.s)} {
		if due != nil && due.Before(first) {
			first = *due
		}
	}
	return first
}

func total(s incident.State) *time.Time {
	if s.Total == nil {
		return nil
	}
	return s.Total.Due
}

// before is t, or if that is too late the last but one minute before the end.
func (m moment) before(t, end time.Time) time.Time {
	if last := end.Add(-2 * time.Minute); t.After(last) {
		return last
	}
	return t
}

// wish returns what a unit asks for instead of going on, or what those above say
// while it works.
func (m moment) wish(unit jurisdiction.Unit) (Move, bool) {
	from, due := m.s.Deadline.From, m.s.Deadline.Due
	if due == nil {
		return Move{}, false
	}
	urgent := m.s.Limit.Unit.Urgent()
	self := m.s.Dispatcher == m.s.Holder
	midway := from.Add(time.Duration((0.35 + 0.3*m.rnd.Float64()) * float64(due.Sub(from))))
	if midway.Before(m.at) {
		midway = m.at.Add(time.Duration(2+m.rnd.IntN(8)) * time.Minute)
	}
	inTime := midway.Before(due.Add(-10 * time.Minute))
	switch {
	case m.s.Urges == 0 && m.chance(0.05):
		return m.as(m.s.Dispatcher, "desk", midway, incident.Urge{Reason: "请抓紧处置，注意时限。"}), !self
	case len(m.s.Supervisions) == 0 && m.chance(0.012):
		district := m.people.Ref.Book.District()
		return m.as(district, "desk", midway, incident.Supervise{
			Question: "请说明目前进展和预计完成时间。", ReplyBy: midway.Add(4 * time.Hour),
		}), true
	case len(m.s.Calls) == 0 && !self && m.s.Tier == jurisdiction.Street && m.chance(0.03):
		branch := m.s.Place.Street + "-B0" + string(rune('1'+m.rnd.IntN(3)))
		_, known := m.people.Ref.Book.Unit(branch)
		return m.as(m.s.Dispatcher, "desk", midway, incident.Call{Unit: branch, Task: "请派员到场协助维持秩序、固定证据。"}),
			known && branch != m.s.Holder && m.s.Dispatcher == m.s.Place.Street
	case !urgent && !self && inTime && m.s.Extensions == 0 && m.chance(0.06):
		return m.move(midway, "handler", incident.RequestExtension{Reason: m.reason("extension")}), true
	case !urgent && !self && inTime && m.s.Suspensions == 0 && m.chance(0.03):
		return m.move(midway, "handler", incident.RequestSuspension{
			Reason: m.reason("suspension"), Until: midway.AddDate(0, 0, 3+m.rnd.IntN(25)).Truncate(time.Minute),
		}), unit.Kind != jurisdiction.Station
	}
	return Move{}, false
}

// helpers returns a second office of the street, now and then.
func (m moment) helpers(lead string) []incident.HelpWanted {
	if len(lead) < 12 || m.s.Holder != m.s.Place.Street || !m.chance(0.05) {
		return nil
	}
	for _, office := range []string{"S02", "S04", "S05"} {
		if unit := m.s.Place.Street + "-" + office; unit != lead {
			if _, known := m.people.Ref.Book.Unit(unit); known {
				return []incident.HelpWanted{{Unit: unit, Task: "到场协助清理和值守。"}}
			}
		}
	}
	return nil
}

// coordination opens one where only that moves a difficult incident.
func (m moment) coordination() Move {
	var units []string
	for _, unit := range m.s.Path {
		if u, ok := m.people.Ref.Book.Unit(unit); ok && !u.IsDesk() && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	if c, ok := m.people.Ref.Book.Answer(m.s.Matter, m.s.Place, jurisdiction.District); ok && !slices.Contains(units, c.Unit) {
		units = append(units, c.Unit)
	}
	if len(units) == 0 {
		units = []string{m.s.Holder}
	}
	return m.move(m.soon(30*time.Minute), "desk", incident.OpenCoordination{Units: units, Question: "该事项由哪家单位主办、哪家协办？"})
}

// coordinating ends with a lead, and every third time with a ruling that binds.
func (m moment) coordinating() (Move, bool) {
	at := m.soon(2 * time.Hour)
	for _, c := range m.people.Ref.Book.Candidates(m.s.Matter, m.s.Place, m.s.Holder) {
		if u, _ := m.people.Ref.Book.Unit(c.Unit); u.IsDesk() {
			continue
		}
		conclude := incident.ConcludeCoordination{Lead: c.Unit}
		if m.chance(0.34) && m.s.Place.Street != "" {
			conclude.Ruling = &incident.Ruling{Matter: m.s.Matter, Area: m.s.Place.Street, Unit: c.Unit}
		}
		return m.move(at, "desk", conclude), true
	}
	if m.s.Tier != jurisdiction.District {
		return Move{}, false
	}
	if c, ok := m.people.Ref.Book.Answer(m.s.Matter, m.s.Place, jurisdiction.District); ok {
		return m.move(at, "desk", incident.ConcludeCoordination{Lead: c.Unit}), true
	}
	return Move{}, false
}

// closed is what still happens to an incident that was closed: the hotline calls
// back, a unit that was late appeals, somebody looks again.
func (m moment) closed() (Move, bool) {
	book := m.people.Ref.Book
	switch {
	case m.s.Appeal != nil && m.s.Appeal.Desk != "":
		at := m.hours(m.at.Add(time.Duration(1+m.rnd.IntN(5)) * time.Hour))
		if m.chance(0.45) {
			return m.as(m.s.Appeal.Desk, "desk", at, incident.UpholdAppeal{}), true
		}
		return m.as(m.s.Appeal.Desk, "desk", at, incident.RejectAppeal{Reason: "申诉材料不能证明超时系非本单位原因。"}), true
	case m.s.Source == incident.FromHotline && len(m.s.Raters) == 0 && m.chance(0.8):
		score := []int{5, 5, 4, 4, 4, 3, 2, 2, 1}[m.rnd.IntN(9)]
		return Move{
			At: m.hours(m.at.Add(time.Duration(2+m.rnd.IntN(20)) * time.Hour)), Command: incident.Rate{Score: score, Rater: "12345回访"},
			By: incident.Actor{
				Person: Person + book.District() + ":hotline", Unit: book.District(), Role: jurisdiction.Hotline,
				Name: m.people.names().unit(book.District()) + posts["hotline"],
			},
		}, true
	case m.s.Appeal == nil && m.lateHere() && m.s.False == 0 && m.chance(0.2):
		at := m.hours(m.at.Add(time.Duration(2+m.rnd.IntN(30)) * time.Hour))
		return m.as(m.s.Unit, "handler", at, incident.Appeal{Reason: m.reason("appeal")}), true
	case m.s.SpotChecks == 0 && m.chance(0.02):
		at := m.hours(m.at.Add(time.Duration(3+m.rnd.IntN(40)) * time.Hour))
		check := incident.SpotCheck{Genuine: !m.chance(0.15)}
		if !check.Genuine {
			check.Reason = "现场仍有遗留，与处置照片不符。"
		}
		return m.as(book.District(), "leader", at, check), true
	}
	return Move{}, false
}

// lateHere tells whether the unit that handled it was late with that.
func (m moment) lateHere() bool {
	return slices.ContainsFunc(m.s.Late, func(l incident.Lateness) bool {
		return l.Holder == m.s.Unit && l.Stage == incident.Handling
	})
}

// mayReturn tells whether a unit may still hand it back at a moment.
func (m moment) mayReturn(at time.Time) bool {
	due := m.s.ReturnBy.Due
	return !m.s.Bound && !m.s.Difficult && (due == nil || at.Before(*due))
}

// as makes a person of a unit do c.
func (m moment) as(unit, post string, at time.Time, c incident.Command) Move {
	held := m
	held.s.Holder = unit
	return held.move(at, post, c)
}
