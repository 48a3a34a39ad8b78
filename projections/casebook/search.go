package casebook

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/paulmach/orb"
)

// find returns what a query selects.
func (x *index) find(q *plan) found {
	sets := []*roaring.Bitmap{x.seen(q.Scope)}
	add := func(rows *roaring.Bitmap) { sets = append(sets, rows) }
	among(x, byStatus, q.Status, add)
	among(x, byStage, q.Stage, add)
	among(x, byTier, q.Tier, add)
	among(x, byStreet, q.Street, add)
	among(x, byCommunity, q.Community, add)
	among(x, byHolder, q.Holder, add)
	among(x, bySource, q.Source, add)
	among(x, byLamp, q.Lamp, add)
	if len(q.Matter) > 0 {
		add(x.facets[byMatter].where(func(value string) bool {
			key := matterKey(value)
			return slices.Contains(q.Matter, key) || slices.Contains(q.Matter, key[strings.LastIndexByte(key, '/')+1:])
		}))
	}
	for _, flag := range q.Flag {
		add(x.facets[byMark].with(string(flag)))
	}
	var without []*roaring.Bitmap
	for mark, want := range map[string]*bool{markOverdue: q.Overdue, markAccepted: q.Accepted, markSuspended: q.Suspended, markDifficult: q.Difficult} {
		switch rows := x.facets[byMark].with(mark); {
		case want == nil:
		case *want:
			add(rows)
		default:
			without = append(without, rows)
		}
	}
	if q.From != nil || q.To != nil {
		from, to := int64(math.MinInt64), int64(math.MaxInt64)
		if q.From != nil {
			from = q.From.UnixMicro()
		}
		if q.To != nil {
			to = q.To.UnixMicro()
		}
		add(x.reports.between(from, to))
	}
	var judges []func(uint32) bool
	for _, w := range q.words {
		rows, judge := x.word(w)
		add(rows)
		if judge != nil {
			judges = append(judges, judge)
		}
	}
	if q.BBox != nil {
		judges = append(judges, x.within(*q.BBox))
	}
	f := found{rows: both(sets...)}
	for _, rows := range without {
		f.rows = roaring.AndNot(f.rows, rows)
	}
	switch len(judges) {
	case 0:
	case 1:
		f.judge = judges[0]
	default:
		f.judge = func(row uint32) bool {
			return !slices.ContainsFunc(judges, func(judge func(uint32) bool) bool { return !judge(row) })
		}
	}
	return f
}

// among asks for rows that have one of these values.
func among[T ~string](x *index, facet int, values []T, add func(*roaring.Bitmap)) {
	if len(values) == 0 {
		return
	}
	sets := make([]*roaring.Bitmap, len(values))
	for i, v := range values {
		sets[i] = x.facets[facet].with(string(v))
	}
	add(either(sets...))
}

// seen returns the rows that one of the caller's visibility keys fits.
func (x *index) seen(keys []string) *roaring.Bitmap {
	var sets []*roaring.Bitmap
	for _, key := range keys {
		kind, what, _ := strings.Cut(key, ":")
		facet, known := map[string]int{"area": bySeen, "held": byHeld, "holder": byHolder, "by": byReporter}[kind]
		if known && what != "" {
			sets = append(sets, x.facets[facet].with(what))
		}
	}
	return either(sets...)
}

// word returns the rows that a word may be found in: in the text, in the name of the
// matter, or, if it is of digits, in the number. The judge, if there is one, tells in
// which it is.
func (x *index) word(w string) (*roaring.Bitmap, func(uint32) bool) {
	written := x.texts.with(w)
	named := x.facets[byMatter].where(func(value string) bool { return strings.Contains(matterName(value), w) })
	numbered := none
	if strings.Trim(w, "0123456789-") == "" {
		numbered = x.digits.with(w)
	}
	rows := either(slices.DeleteFunc([]*roaring.Bitmap{written, named, numbered}, (*roaring.Bitmap).IsEmpty)...)
	if utf8.RuneCountInString(w) == 2 {
		return rows, nil
	}
	if numbered.IsEmpty() {
		return rows, func(row uint32) bool { return x.writes(row, w) || named.Contains(row) }
	}
	return rows, func(row uint32) bool {
		return strings.Contains(x.numbers.values[row], w) || written.Contains(row) && x.writes(row, w) || named.Contains(row)
	}
}

// within returns the judge of what lies in a box.
func (x *index) within(b orb.Bound) func(uint32) bool {
	west, south := int64(math.Ceil(b.Min[0]*degree)), int64(math.Ceil(b.Min[1]*degree))
	east, north := int64(math.Floor(b.Max[0]*degree)), int64(math.Floor(b.Max[1]*degree))
	return func(row uint32) bool {
		lng, lat := int64(x.lng[row]), int64(x.lat[row])
		return lng != nowhere && west <= lng && lng <= east && south <= lat && lat <= north
	}
}
