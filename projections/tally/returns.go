package tally

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

// Exchanges is how often two units gave one another a matter in a year: one returned
// it and a desk gave it to the other, or a desk moved it.
type Exchanges struct {
	A      string `json:"a"`
	B      string `json:"b"`
	Matter string `json:"matter"` // scheme/kind/code
	Year   int    `json:"year"`   // in China Standard Time
	AToB   int64  `json:"a_to_b"`
	BToA   int64  `json:"b_to_a"`
	Count  int64  `json:"count"` // both ways

	Position eventstore.Position `json:"-"`
	At       time.Time           `json:"-"` // of the last fact folded
}

// Exchanges returns how often two units exchanged a matter in a year; year 0: that of
// the last fact folded.
func (v *View) Exchanges(ctx context.Context, a, b, matter string, year int) (Exchanges, error) {
	x := Exchanges{A: a, B: b, Matter: matter, Year: year}
	err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		x.Position, x.At = position, at
		if x.Year == 0 {
			x.Year = yearOf(at)
		}
		return projections.Scan(ctx, tx, `SELECT from_unit, n FROM tally_exchanges WHERE year = $1 AND matter = $2
			AND ((from_unit = $3 AND to_unit = $4) OR (from_unit = $4 AND to_unit = $3))`, []any{x.Year, matter, a, b}, func(rows *sql.Rows) error {
			var from string
			var n int64
			if err := rows.Scan(&from, &n); err != nil {
				return err
			}
			if from == a {
				x.AToB += n
			} else {
				x.BToA += n
			}
			x.Count += n
			return nil
		})
	})
	return x, err
}

// ReturnsQuery asks for the returns of a period, as [Query] does.
type ReturnsQuery struct {
	From, To time.Time
	Scope    []string // visibility keys of the caller, any of which suffices
}

// ReturnsRow is what one unit returned of one matter.
type ReturnsRow struct {
	casefile.Named
	Matter     *casefile.Matter `json:"matter"` // null: not said
	Dispatched int64            `json:"dispatched"`
	Returns    int64            `json:"returns"`
	ReturnRate Ratio            `json:"return_rate"` // returns / dispatched
	// Handled says who brought to an end what the unit gave up, the most frequent first.
	Handled []HandledBy `json:"handled"`
	// Ruling is the ruling that this suggests; null: most of it came back to the unit, or
	// nothing has come to an end yet.
	Ruling *Suggestion `json:"ruling"`
}

// HandledBy is how often a unit brought to an end what another gave up.
type HandledBy struct {
	casefile.Named
	Count int64 `json:"count"`
}

// A Suggestion is a ruling that a person may make: from now on this unit answers for
// this matter in this area.
type Suggestion struct {
	casefile.Named
	Matter casefile.Matter `json:"matter"`
	Area   string          `json:"area"`  // the street that all of it lay in, else the district
	Count  int64           `json:"count"` // incidents that this unit brought to an end
	Of     int64           `json:"of"`    // of so many that were given up
}

// ReturnsMatrix is the answer: the rows of those who returned anything, the most
// returns first.
type ReturnsMatrix struct {
	Items    []ReturnsRow
	From, To time.Time // the period: midnights
	Position eventstore.Position
	At       time.Time // of the last fact folded
}

// Returns says which unit returned how much of which matter, and who did it instead.
func (v *View) Returns(ctx context.Context, q ReturnsQuery) (ReturnsMatrix, error) {
	type cell struct{ unit, matter string }
	type sums struct {
		dispatched, returns int64
		handled             map[string]int64
		streets             map[string]map[string]bool // of each handler
	}
	cells := map[cell]*sums{}
	of := func(unit, matter string) *sums {
		s := cells[cell{unit, matter}]
		if s == nil {
			s = &sums{handled: map[string]int64{}, streets: map[string]map[string]bool{}}
			cells[cell{unit, matter}] = s
		}
		return s
	}
	out := ReturnsMatrix{Items: []ReturnsRow{}}
	err := v.look(ctx, true, nil, func(tx *sql.Tx, p *picture) error {
		out.Position, out.At = p.position, p.at
		out.From, out.To = period(q.From, q.To, p.at)
		from, to := figures.DayOf(out.From), figures.DayOf(out.To)
		clear(cells)
		p.eachPair(from, to, p.sieve(v.choice(Query{Scope: q.Scope})), func(unit, matter string, dispatched, returned int64) {
			s := of(unit, matter)
			s.dispatched, s.returns = dispatched, returned
		})
		where, args := v.scoped(q.Scope, []any{string(from), string(to)})
		return projections.Scan(ctx, tx, `SELECT unit, matter, handler, street, CAST(SUM(n) AS BIGINT) FROM tally_settled
			WHERE day >= $1 AND day < $2 AND `+where+` GROUP BY unit, matter, handler, street`, args, func(rows *sql.Rows) error {
			var unit, matter, handler, street string
			var n int64
			if err := rows.Scan(&unit, &matter, &handler, &street, &n); err != nil {
				return err
			}
			s := of(unit, matter)
			s.handled[handler] += n
			if s.streets[handler] == nil {
				s.streets[handler] = map[string]bool{}
			}
			s.streets[handler][street] = true
			return nil
		})
	})
	if err != nil {
		return ReturnsMatrix{}, err
	}
	for at, s := range cells {
		if s.returns == 0 && len(s.handled) == 0 {
			continue
		}
		row := ReturnsRow{
			Named: v.named(at.unit), Matter: v.matterOf(at.matter), Dispatched: s.dispatched, Returns: s.returns,
			ReturnRate: ratio(s.returns, s.dispatched), Handled: []HandledBy{},
		}
		var total int64
		for handler, n := range s.handled {
			row.Handled = append(row.Handled, HandledBy{v.named(handler), n})
			total += n
		}
		slices.SortFunc(row.Handled, func(a, b HandledBy) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Unit, b.Unit))
		})
		if len(row.Handled) > 0 && row.Handled[0].Unit != at.unit && row.Matter != nil {
			best := row.Handled[0]
			row.Ruling = &Suggestion{best.Named, *row.Matter, v.areaOf(s.streets[best.Unit]), best.Count, total}
		}
		out.Items = append(out.Items, row)
	}
	slices.SortFunc(out.Items, func(a, b ReturnsRow) int {
		return cmp.Or(cmp.Compare(b.Returns, a.Returns), strings.Compare(a.Unit, b.Unit), strings.Compare(keyOf(a.Matter), keyOf(b.Matter)))
	})
	return out, nil
}

// eachPair calls f for each unit and matter of what was dispatched and returned in some
// days.
func (p *picture) eachPair(from, to figures.Day, s *sieve, f func(unit, matter string, dispatched, returned int64)) {
	s.figure = mask(p.words.figures, func(x figures.Figure) bool { return x == figures.Dispatched || x == figures.Returned })
	type pair struct{ dispatched, returned int64 }
	pairs := map[uint32]*pair{}
	var room [chunkSize]uint16
	for _, d := range p.between(from, to) {
		for _, b := range d.blocks {
			rows, _ := s.pass(b, room[:])
			for _, i := range rows {
				key := uint32(b.unit[i])<<16 | uint32(b.matter[i])
				x := pairs[key]
				if x == nil {
					x = &pair{}
					pairs[key] = x
				}
				if p.words.figures[b.figure[i]] == figures.Returned {
					x.returned++
				} else {
					x.dispatched++
				}
			}
		}
	}
	for key, x := range pairs {
		f(p.words.units[key>>16], p.words.matters[key&0xffff], x.dispatched, x.returned)
	}
}

// scoped returns the condition that one of the caller's keys fits.
func (v *View) scoped(keys []string, args []any) (string, []any) {
	var some []string
	fixed := len(args)
	add := func(column, value string) {
		args = append(args, value)
		some = append(some, fmt.Sprintf("%s = $%d", column, len(args)))
	}
	for _, key := range keys {
		kind, what, _ := strings.Cut(key, ":")
		switch {
		case kind == "area" && what == v.folder.Book().District():
			return "1 = 1", args[:fixed]
		case kind == "area" && len(what) == 9:
			add("street", what)
		case kind == "area" && len(what) == 12:
			add("community", what)
		case kind == "held":
			add("unit", what)
		}
	}
	if some == nil {
		return "1 = 0", args
	}
	return "(" + strings.Join(some, " OR ") + ")", args
}

func yearOf(t time.Time) int { return t.In(deadline.CST).Year() }

func (v *View) named(unit string) casefile.Named {
	u, _ := v.folder.Book().Unit(unit)
	return casefile.Named{Unit: unit, Name: u.Name}
}

// matterOf returns the matter with a key as [casefile.Matter.Key] writes it.
func (v *View) matterOf(key string) *casefile.Matter {
	part := strings.SplitN(key, "/", 3)
	if len(part) < 3 {
		return nil
	}
	return &casefile.Matter{Scheme: part[0], Kind: part[1], Code: part[2], Name: v.nameOf(ByMatter, key)}
}

func keyOf(m *casefile.Matter) string {
	if m == nil {
		return ""
	}
	return m.Key()
}

// areaOf is the street that all of it lay in, else the district.
func (v *View) areaOf(streets map[string]bool) string {
	if len(streets) == 1 {
		for street := range streets {
			if street != "" {
				return street
			}
		}
	}
	return v.folder.Book().District()
}
