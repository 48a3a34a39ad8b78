package tally

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/figures"
)

// Side is which facts of an indicator are asked for.
type Side string

// The sides.
const (
	Numerator   Side = "n"
	Denominator Side = "d"
	Exemptions  Side = "exempt" // what upheld appeals took from either
)

// Sides holds every side.
var Sides = []Side{Numerator, Denominator, Exemptions}

// A FactsQuery asks which facts stand behind one number of a row.
type FactsQuery struct {
	Query             // Reading: Fact or Exempted
	Indicator string  // its code
	Side      Side    // empty: Numerator
	Key       *string // of the row; nil: the total
	Limit     int     // at most so many
	Cursor    string  // the Next of the page before
}

// A CountedFact is one fact, as often as it counts.
type CountedFact struct {
	Position eventstore.Position
	Day      figures.Day // that it counts on
	Figure   figures.Figure
	Sign     int64 // what it adds
	Kind     SubjectKind
	ID       string
	Number   string
	Unit     string // that it falls on
	Person   string
	Minutes  *int64 // length of the run that it judges; nil: none
}

// Facts is a page of facts in the order of their days, those of one day in the order of
// the ledger. The signs of all pages add up to the number of the row.
type Facts struct {
	Items    []CountedFact
	Next     string
	Total    int                 // facts in all pages
	Sum      int64               // what they add up to
	From, To eventstore.Position // of the first and the last of all, by the ledger; 0: there is none
	Position eventstore.Position
}

// ErrCursor says that a cursor is none of ours.
var ErrCursor = errors.New("tally: not a cursor of this list")

// ErrIndicator says that there is no such indicator.
var ErrIndicator = errors.New("tally: there is no such indicator")

// spot is where a count lies.
type spot struct {
	day        figures.Day
	chunk, row int
}

func (s spot) compare(t spot) int {
	return cmp.Or(cmp.Compare(s.day, t.day), cmp.Compare(s.chunk, t.chunk), cmp.Compare(s.row, t.row))
}

func (s spot) cursor() string { return fmt.Sprintf("%s.%d.%d", s.day, s.chunk, s.row) }

func parseSpot(text string) (spot, error) {
	part := strings.Split(text, ".")
	if len(part) != 3 || len(part[0]) != len(time.DateOnly) {
		return spot{}, ErrCursor
	}
	chunk, err1 := strconv.Atoi(part[1])
	row, err2 := strconv.Atoi(part[2])
	if err1 != nil || err2 != nil || chunk < 0 || row < 0 {
		return spot{}, ErrCursor
	}
	return spot{figures.Day(part[0]), chunk, row}, nil
}

// Facts returns the facts behind a number.
func (v *View) Facts(ctx context.Context, q FactsQuery) (Facts, error) {
	var err error
	if q.Query, err = q.check(); err != nil {
		return Facts{}, err
	}
	i, ok := figures.IndicatorOf(q.Indicator)
	if !ok {
		return Facts{}, fmt.Errorf("%w: %q", ErrIndicator, q.Indicator)
	}
	after := spot{chunk: -1}
	if q.Cursor != "" {
		if after, err = parseSpot(q.Cursor); err != nil {
			return Facts{}, err
		}
	}
	signs := map[figures.Figure]int64{}
	for _, t := range q.terms(i) {
		signs[t.Figure] += t.Sign
	}
	stock := i.Code == figures.SuspendedStock || i.Code == figures.SuspendedAge
	c := v.choice(q.Query)
	var out Facts
	err = v.look(ctx, true, q.by(), func(tx *sql.Tx, p *picture) error {
		out = Facts{Items: []CountedFact{}, Position: p.position}
		from, to := period(q.From, q.To, p.at)
		first, last := figures.DayOf(from), figures.DayOf(to)
		if stock {
			first = "" // the stock is all that was ever suspended and not resumed
		}
		s, days := p.sieve(c), p.between(first, last)
		s.figure = mask(p.words.figures, func(f figures.Figure) bool { return signs[f] != 0 })
		if q.Key != nil {
			days = s.only(p, q.Query, *q.Key, days, stock)
		}
		var page []found
		var ends []end
		var room [chunkSize]uint16
		for _, d := range days {
			for chunk, b := range d.blocks {
				rows, all := s.pass(b, room[:])
				if all {
					return errors.New("tally: a list of facts is of no figure")
				}
				if i.Kind == figures.Lapse {
					rows = slices.DeleteFunc(rows, func(row uint16) bool { return b.minutes[row] == noMinutes })
				}
				if len(rows) == 0 {
					continue
				}
				out.Total += len(rows)
				for _, row := range rows {
					n := signs[p.words.figures[b.figure[row]]]
					if len(b.odd) > 0 {
						if k := slices.IndexFunc(b.odd, func(o odd) bool { return o.row == row }); k >= 0 {
							n *= b.odd[k].n
						}
					}
					out.Sum += n
				}
				ends = append(ends, end{spot{d.day, chunk, int(rows[0])}, int(rows[len(rows)-1]), b})
				for _, row := range rows {
					if at := (spot{d.day, chunk, int(row)}); len(page) <= q.Limit && at.compare(after) > 0 {
						page = append(page, found{at, b})
					}
				}
			}
		}
		if len(page) > q.Limit {
			page = page[:q.Limit]
			if q.Limit > 0 {
				out.Next = page[q.Limit-1].cursor()
			}
		}
		if err := p.fill(ctx, tx, page, signs, &out); err != nil {
			return err
		}
		return out.bounds(ctx, tx, ends)
	})
	if err != nil {
		return Facts{}, err
	}
	return out, nil
}

// terms are the figures that a side of an indicator is made of.
func (q FactsQuery) terms(i figures.Indicator) []figures.Term {
	switch q.Side {
	case Denominator:
		return q.Reading.terms(i.Denominator)
	case Exemptions:
		var list []figures.Term
		for _, t := range figures.Exemptions(slices.Concat(i.Numerator, i.Denominator)) {
			if !slices.ContainsFunc(list, func(x figures.Term) bool { return x.Figure == t.Figure }) {
				list = append(list, figures.Term{Figure: t.Figure, Sign: 1})
			}
		}
		return list
	default:
		return q.Reading.terms(i.Numerator)
	}
}

// only narrows a sieve to the counts of one row, and the days to its.
func (s *sieve) only(p *picture, q Query, key string, days []*day, stock bool) []*day {
	narrow := func(m []bool, n int, is func(i int) bool) []bool {
		out := make([]bool, n)
		for i := range out {
			out[i] = (m == nil || m[i]) && is(i)
		}
		return out
	}
	w := p.words
	switch q.By {
	case ByStreet:
		s.place = narrow(s.place, len(s.places), func(i int) bool { return s.places[i].street == key })
	case ByCommunity:
		s.place = narrow(s.place, len(s.places), func(i int) bool { return s.places[i].community == key })
	case ByUnit:
		s.unit = narrow(s.unit, len(w.units), func(i int) bool { return w.units[i] == key })
	case ByPerson:
		s.person = narrow(s.person, len(w.persons), func(i int) bool { return w.persons[i] == key })
	case ByMatter:
		s.matter = narrow(s.matter, len(w.matters), func(i int) bool { return w.matters[i] == key })
	case BySource:
		s.origin = narrow(s.origin, len(w.origins), func(i int) bool { return string(w.origins[i].source) == key })
	case ByTier:
		s.origin = narrow(s.origin, len(w.origins), func(i int) bool { return string(w.origins[i].tier) == key })
	case ByDay, ByMonth:
		var kept []*day
		for _, d := range days {
			if name := string(d.day); strings.HasPrefix(name, key) || stock && name[:min(len(name), len(key))] < key {
				kept = append(kept, d)
			}
		}
		return kept
	}
	return days
}

// A found count is where it lies, and its block.
type found struct {
	spot
	block *block
}

// fill reads the counts of a page.
func (p *picture) fill(ctx context.Context, tx *sql.Tx, page []found, signs map[figures.Figure]int64, out *Facts) error {
	subjects := map[int64]subject{}
	var of []any
	for len(page) > 0 {
		n := slices.IndexFunc(page, func(s found) bool { return s.block != page[0].block })
		if n < 0 {
			n = len(page)
		}
		entries, err := entriesOf(ctx, tx, page[0].spot)
		if err != nil {
			return err
		}
		for _, s := range page[:n] {
			e, figure := entries[s.row], p.words.figures[s.block.figure[s.row]]
			f := CountedFact{
				Position: e.position, Day: s.day, Figure: figure, Sign: signs[figure] * e.n,
				Unit: p.words.units[s.block.unit[s.row]], Person: p.words.persons[s.block.person[s.row]],
			}
			if e.minutes >= 0 {
				f.Minutes = new(e.minutes)
			}
			out.Items, of = append(out.Items, f), append(of, int64(e.subject))
		}
		page = page[n:]
	}
	for some := range slices.Chunk(of, 200) {
		err := projections.Scan(ctx, tx, `SELECT first, kind, id, number FROM tally_subjects WHERE first IN (`+projections.Placeholders(1, len(some))+`)`, some,
			func(rows *sql.Rows) error {
				var first int64
				var s subject
				err := rows.Scan(&first, &s.kind, &s.id, &s.number)
				subjects[first] = s
				return err
			})
		if err != nil {
			return err
		}
	}
	for i, first := range of {
		s := subjects[first.(int64)]
		out.Items[i].Kind, out.Items[i].ID, out.Items[i].Number = s.kind, s.id, s.number
	}
	return nil
}

// entriesOf reads the chunk that a count lies in.
func entriesOf(ctx context.Context, tx *sql.Tx, at spot) ([]entry, error) {
	var data []byte
	if err := tx.QueryRowContext(ctx, `SELECT data FROM tally_chunks WHERE day = $1 AND chunk = $2`, string(at.day), at.chunk).Scan(&data); err != nil {
		return nil, err
	}
	all := make([]entry, 0, chunkSize)
	err := unpack(data, func(_ int, e entry) { all = append(all, e) })
	return all, err
}

// An end is the first and the last of one chunk's counts that were found.
type end struct {
	spot
	to    int // row of the last one
	block *block
}

// bounds finds the first and the last position. It reads the most promising chunks first,
// and no more once none of the others can have a better one.
func (out *Facts) bounds(ctx context.Context, tx *sql.Tx, all []end) error {
	slices.SortFunc(all, func(a, b end) int { return cmp.Compare(a.block.first, b.block.first) })
	for _, x := range all {
		if out.From != 0 && x.block.first >= out.From {
			break
		}
		entries, err := entriesOf(ctx, tx, x.spot)
		if err != nil {
			return err
		}
		if p := entries[x.row].position; out.From == 0 || p < out.From {
			out.From = p
		}
	}
	slices.SortFunc(all, func(a, b end) int { return cmp.Compare(b.block.last, a.block.last) })
	for _, x := range all {
		if x.block.last <= out.To {
			break
		}
		entries, err := entriesOf(ctx, tx, x.spot)
		if err != nil {
			return err
		}
		out.To = max(out.To, entries[x.to].position)
	}
	return nil
}
