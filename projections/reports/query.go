package reports

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A Query bounds a report. Without a key nothing is seen.
type Query struct {
	From, To time.Time // what came true at From ≤ t < To
	Scope    []string  // visibility keys of the reader, any of which suffices
}

// A Report is an answer, in the order of the facts.
type Report[T any] struct {
	Items    []T
	Position eventstore.Position
	At       time.Time // of the last fact folded
}

// ActsQuery asks for acts.
type ActsQuery struct {
	Query
	Within time.Duration // before red; at most [WithinMost]
	Kinds  []ActKind     // none: all
}

// Acts returns the acts that were given or asked for within a time before a clock ran
// out, and those that made a late incident look better after it had.
func (v *View) Acts(ctx context.Context, q ActsQuery) (Report[Act], error) {
	return read(ctx, v, func(l *lens) ([]Act, error) {
		rows, err := stored[act](l, `SELECT position, id, at, data FROM reports_acts WHERE at >= $1 AND at < $2 AND margin <= $3 ORDER BY position`,
			q.From.UnixMicro(), q.To.UnixMicro(), q.Within.Microseconds())
		if err != nil {
			return nil, err
		}
		if len(q.Kinds) > 0 {
			rows = slices.DeleteFunc(rows, func(r row[act]) bool { return !slices.Contains(q.Kinds, r.data.Kind) })
		}
		return seen(l, q.Scope, rows, func(r row[act], f casefile.File) Act { return l.act(r, f) })
	})
}

func (l *lens) act(r row[act], f casefile.File) Act {
	a := r.data
	out := Act{
		Subject: l.subject(f), Position: r.position, At: r.at, Kind: a.Kind, By: l.hand(a.By), AskedAt: a.AskedAt, ApprovedBy: l.hands(a.Yes),
		Unit: l.named(a.Unit), Stage: a.Stage, Tier: a.Tier, Clock: a.Clock, Due: a.Due, DueAfter: a.After,
		MinutesLeft: minutes(a.Margin), AfterRed: a.Red, DutyLeader: a.Leader, Reason: a.Reason, Detail: a.Detail,
	}
	if a.Detail.Unit != "" {
		out.DetailUnit = new(l.named(a.Detail.Unit))
	}
	if a.AskedFor != nil {
		out.AskedLeft = new(minutes(*a.AskedFor))
	}
	if f.IsConfidential() {
		out.Reason = casefile.ConfidentialText
	}
	out.Outcome = Outcome{Stage: f.Stage, ClosedAt: f.ClosedAt, Undone: a.Kind == Merge && f.Status != incident.StatusMerged}
	if f.Holder != nil {
		out.Outcome.Holder = new(casefile.Named(*f.Holder))
	}
	out.Outcome.Expired = slices.ContainsFunc(f.Alone().Late, func(late casefile.Lateness) bool { return late.Due.After(r.at) })
	return out
}

// minutes returns whole minutes, those that are past as less than nothing: half a
// minute too late is −1.
func minutes(micro int64) int64 {
	const minute = int64(time.Minute / time.Microsecond)
	n := micro / minute
	if micro%minute < 0 {
		n--
	}
	return n
}

// StockQuery asks for what stands still now.
type StockQuery struct {
	Scope  []string
	Review time.Duration // how often a suspension is looked at again; 0: only when it ends
}

// Stock returns what stands still now, the oldest first.
func (v *View) Stock(ctx context.Context, q StockQuery) (Report[Standstill], error) {
	return read(ctx, v, func(l *lens) ([]Standstill, error) {
		rows, err := stored[standstill](l, `SELECT 0, id, since, data FROM reports_stock ORDER BY since, id`)
		if err != nil {
			return nil, err
		}
		return seen(l, q.Scope, rows, func(r row[standstill], f casefile.File) Standstill {
			s := r.data
			out := Standstill{
				Subject: l.subject(f), Since: r.at, Until: s.Until, NextReview: review(r.at, s.Until, l.at, q.Review), Code: s.Code, Reason: s.Reason,
				AgeDays: int64(l.at.Sub(r.at) / (24 * time.Hour)), AskedBy: l.hand(s.By), AskedAt: s.AskedAt, ApprovedBy: l.hands(s.Yes),
			}
			if f.Holder != nil {
				out.Unit = casefile.Named(*f.Holder)
			}
			if f.IsConfidential() {
				out.Reason = casefile.ConfidentialText
			}
			return out
		})
	})
}

// review is when a suspension is looked at next: every so often since it began, and at
// last when it ends.
func review(since, until, at time.Time, every time.Duration) time.Time {
	if every <= 0 {
		return until
	}
	next := since.Add((at.Sub(since)/every + 1) * every)
	if next.Before(until) {
		return next
	}
	return until
}

// ComebackQuery asks for what was put right in no time and came back.
type ComebackQuery struct {
	Query
	Percent int           // in no time: within this share of the limit,
	Within  time.Duration // or within this time since it was given to the unit
	After   time.Duration // came back within this time since it was closed
	// Days counts a limit's time, by the calendar that the limit was reckoned with.
	Days func(calendar string) *deadline.Calendar
}

// Comebacks returns the closed incidents that were put right in no time and came back.
func (v *View) Comebacks(ctx context.Context, q ComebackQuery) (Report[Comeback], error) {
	return read(ctx, v, func(l *lens) ([]Comeback, error) {
		rows, err := stored[back](l, `SELECT position, id, at, data FROM reports_returned WHERE at >= $1 AND at < $2 ORDER BY position, id`,
			q.From.UnixMicro(), q.To.UnixMicro())
		if err != nil {
			return nil, err
		}
		items, err := seen(l, q.Scope, rows, func(r row[back], f casefile.File) *Comeback { return l.comeback(q, r, f) })
		if err != nil {
			return nil, err
		}
		var list []Comeback
		var others []string
		for _, c := range items {
			if c != nil {
				list = append(list, *c)
				if c.Other != nil && c.Back == BackRecurrence {
					others = append(others, c.Other.ID)
				}
			}
		}
		// An incident that the reader may not see is not named to them.
		files, err := l.v.shelf.Files(l.ctx, l.tx, others)
		for i, c := range list {
			if c.Back == BackRecurrence && c.Other != nil && !visible(files[c.Other.ID], q.Scope) {
				list[i].Other = nil
			}
		}
		return list, err
	})
}

func (l *lens) comeback(q ComebackQuery, r row[back], f casefile.File) *Comeback {
	b, run := r.data, r.data.Closed.Run
	after := b.At.Sub(b.Closed.At)
	if after > q.After {
		return nil
	}
	out := &Comeback{
		Subject: l.subject(f), Position: r.position, At: b.At, Back: b.Back, Reason: b.Reason, Other: b.Other, Unit: l.named(run.Unit),
		HandledBy: l.hand(run.By), GivenAt: run.Clock.From.UTC(), Due: run.Clock.Due, HandledAt: run.At, ClosedAt: b.Closed.At,
		HoursAfter: int64(after / time.Hour),
	}
	used, whole := counted(q.Days, run.Clock, run.At)
	out.UsedMinutes, out.LimitMinutes = int64(used/time.Minute), int64(whole/time.Minute)
	soon := run.At.Sub(run.Clock.From) <= q.Within
	if whole > 0 {
		out.Share = new(float64(used) / float64(whole))
		soon = soon || used*100 <= whole*time.Duration(q.Percent)
	}
	if !soon {
		return nil
	}
	if f.IsConfidential() && out.Reason != "" {
		out.Reason = casefile.ConfidentialText
	}
	return out
}

// counted returns how much of a limit was used up at a moment, and how long the limit
// is, both as the limit counts: working hours in working hours.
func counted(days func(string) *deadline.Calendar, d deadline.Deadline, at time.Time) (used, whole time.Duration) {
	var c *deadline.Calendar
	if days != nil {
		c = days(d.Calendar)
	}
	if c == nil || d.Due == nil {
		return at.Sub(d.From), 0
	}
	for _, p := range c.Explain(d) {
		whole += p.To.Sub(p.From)
		if end := earlier(p.To, at); end.After(p.From) {
			used += end.Sub(p.From)
		}
	}
	return used, whole
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Doubles returns who had more than one part in an incident that was closed.
func (v *View) Doubles(ctx context.Context, q Query) (Report[Double], error) {
	return read(ctx, v, func(l *lens) ([]Double, error) {
		rows, err := stored[double](l, `SELECT position, id, at, data FROM reports_hands WHERE at >= $1 AND at < $2 ORDER BY position, person`,
			q.From.UnixMicro(), q.To.UnixMicro())
		if err != nil {
			return nil, err
		}
		return seen(l, q.Scope, rows, func(r row[double], f casefile.File) Double {
			has := func(p Part) bool { return slices.Contains(r.data.Parts, p) }
			return Double{
				Subject: l.subject(f), Position: r.position, At: r.at, Unit: l.named(r.data.Unit), By: l.hand(r.data.By), Parts: r.data.Parts,
				AllThree: has(Dispatching) && has(Checking) && has(Closing),
			}
		})
	})
}

// Viewings returns who was shown a caller's name and telephone. A ticket that became no
// incident is the district's business alone.
func (v *View) Viewings(ctx context.Context, q Query) (Report[Viewing], error) {
	return read(ctx, v, func(l *lens) ([]Viewing, error) {
		type one struct {
			row  row[viewing]
			kind string
			call call
			of   string // incident
		}
		var all []one
		var calls, ids []string
		err := projections.Scan(l.ctx, l.tx, `SELECT position, kind, id, at, data FROM reports_views WHERE at >= $1 AND at < $2 ORDER BY position`,
			[]any{q.From.UnixMicro(), q.To.UnixMicro()}, func(rows *sql.Rows) error {
				var x one
				var at int64
				var data []byte
				if err := rows.Scan(&x.row.position, &x.kind, &x.row.id, &at, &data); err != nil {
					return err
				}
				x.row.at = time.UnixMicro(at).UTC()
				if x.kind == OfTicket {
					calls = append(calls, x.row.id)
				} else {
					x.of = x.row.id
				}
				err := json.Unmarshal(data, &x.row.data)
				all = append(all, x)
				return err
			})
		if err != nil {
			return nil, err
		}
		tickets := map[string]call{}
		if err := projections.Each(l.ctx, l.tx, `SELECT id, data FROM reports_tickets WHERE id IN ids`, distinct(calls), func(rows *sql.Rows) error {
			var id string
			var data []byte
			if err := rows.Scan(&id, &data); err != nil {
				return err
			}
			var c call
			err := json.Unmarshal(data, &c)
			tickets[id] = c
			return err
		}); err != nil {
			return nil, err
		}
		for i, x := range all {
			if x.kind == OfTicket {
				all[i].call, all[i].of = tickets[x.row.id], tickets[x.row.id].Incident
			}
			if all[i].of != "" {
				ids = append(ids, all[i].of)
			}
		}
		files, err := l.v.shelf.Files(l.ctx, l.tx, distinct(ids))
		var list []Viewing
		for _, x := range all {
			f := files[x.of]
			if !visible(f, q.Scope) && !(x.of == "" && slices.Contains(q.Scope, "area:"+l.book.District())) {
				continue
			}
			out := Viewing{
				Kind: x.kind, ID: x.row.id, Number: f.Number, Street: f.Street, StreetName: l.named(f.Street).Name, Confidential: f.IsConfidential(),
				Position: x.row.position, At: x.row.at, By: l.hand(x.row.data.By), Reason: x.row.data.Reason,
			}
			if x.kind == OfTicket {
				out.Number, out.Confidential = x.call.Number, x.call.Confidential
			}
			if out.Confidential {
				out.Reason = casefile.ConfidentialText
			}
			list = append(list, out)
		}
		return list, err
	})
}

// A lens is what one answer is read through, all at one position.
type lens struct {
	ctx  context.Context
	tx   *sql.Tx
	v    *View
	book *jurisdiction.Book
	at   time.Time
}

func read[T any](ctx context.Context, v *View, f func(*lens) ([]T, error)) (Report[T], error) {
	var out Report[T]
	err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) (err error) {
		out.Position, out.At = position, at
		out.Items, err = f(&lens{ctx, tx, v, v.folder.Book(), at})
		return err
	})
	if out.Items == nil {
		out.Items = []T{}
	}
	return out, err
}

// A row is one stored thing.
type row[T any] struct {
	position int64
	id       string
	at       time.Time
	data     T
}

func stored[T any](l *lens, query string, args ...any) ([]row[T], error) {
	var all []row[T]
	err := projections.Scan(l.ctx, l.tx, query, args, func(rows *sql.Rows) error {
		var r row[T]
		var at int64
		var data []byte
		if err := rows.Scan(&r.position, &r.id, &at, &data); err != nil {
			return err
		}
		r.at = time.UnixMicro(at).UTC()
		err := json.Unmarshal(data, &r.data)
		all = append(all, r)
		return err
	})
	return all, err
}

// seen shows those rows whose incident the reader may see.
func seen[T, S any](l *lens, scope []string, rows []row[S], show func(row[S], casefile.File) T) ([]T, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	files, err := l.v.shelf.Files(l.ctx, l.tx, distinct(ids))
	var list []T
	for _, r := range rows {
		if f := files[r.id]; visible(f, scope) {
			list = append(list, show(r, f))
		}
	}
	return list, err
}

func distinct(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// visible tells whether one of a reader's keys fits an incident.
func visible(f casefile.File, scope []string) bool {
	return f.ID != "" && slices.ContainsFunc(f.Keys(), func(key string) bool { return slices.Contains(scope, key) })
}

func (l *lens) named(unit string) casefile.Named {
	u, _ := l.book.Unit(unit)
	return casefile.Named{Unit: unit, Name: u.Name}
}

func (l *lens) hand(w who) Hand {
	return Hand{Person: w.Person, Named: l.named(w.Unit), Role: string(w.Role)}
}

func (l *lens) hands(all []who) []Hand {
	list := []Hand{}
	for _, w := range all {
		if h := l.hand(w); !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list
}

func (l *lens) subject(f casefile.File) Subject {
	return Subject{
		ID: f.ID, Number: f.Number, Matter: f.Matter, Street: f.Street, StreetName: l.named(f.Street).Name,
		Community: f.Community, CommunityName: l.named(f.Community).Name, Severity: f.Severity, Status: f.Status, Confidential: f.IsConfidential(),
	}
}

// A Count is how often something occurs.
type Count struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// People counts viewings by person, the most first.
func People(items []Viewing) []Count {
	counts := map[string]*Count{}
	var list []*Count
	for _, x := range items {
		c := counts[x.By.Person]
		if c == nil {
			c = &Count{Key: x.By.Person, Name: x.By.Name}
			counts[x.By.Person], list = c, append(list, c)
		}
		c.Count++
	}
	slices.SortFunc(list, func(a, b *Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key)) })
	out := make([]Count, len(list))
	for i, c := range list {
		out[i] = *c
	}
	return out
}
