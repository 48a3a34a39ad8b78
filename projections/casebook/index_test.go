package casebook

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"gridcommand/domain/incident"
	"gridcommand/projections/casefile"
)

// thousands are entries of some blocks' worth of incidents, and their index. A tenth was
// put twice, as another incident first.
var thousands = sync.OnceValue(func() (made struct {
	entries []entry
	index   *index
},
) {
	const n = 3*blockSize + 100
	made.index = newIndex()
	next := entries(n)
	rnd := rand.New(rand.NewPCG(7, 7))
	var before, after []row
	for i := range n {
		e := next()
		e.numbers[atUpdated] = int64(3-i/blockSize) + rnd.Int64N(5) // the same in many blocks, later ones with less
		made.entries = append(made.entries, e)
		r := row{int64(i*8 + 1), e}
		if i%10 == 0 {
			after = append(after, r)
			any := func() entry { return made.entries[rnd.IntN(i+1)] }
			r.facets, r.numbers, r.text = any().facets, any().numbers, any().text
		}
		before = append(before, r)
	}
	for _, rows := range [][]row{before[:n/2], before[n/2:], after} {
		if err := made.index.put(rows); err != nil {
			panic(err)
		}
		made.index.settle()
		made.index.trim()
	}
	return made
})

// fits tells whether q selects e, looking at e alone.
func (e *entry) fits(q Query) bool {
	has := func(facet int, want string) bool {
		if many(facet) {
			return strings.Contains(" "+e.facets[facet]+" ", " "+want+" ")
		}
		return e.facets[facet] == want
	}
	any := func(facet int, wanted []string) bool {
		return len(wanted) == 0 || slices.ContainsFunc(wanted, func(want string) bool { return has(facet, want) })
	}
	bit := func(mark string, want *bool) bool { return want == nil || has(byMark, mark) == *want }
	sees := slices.ContainsFunc(q.Scope, func(key string) bool {
		kind, what, _ := strings.Cut(key, ":")
		return has(map[string]int{"area": bySeen, "held": byHeld, "by": byReporter, "holder": byHolder}[kind], what)
	})
	key, name, _ := strings.Cut(e.facets[byMatter], "|")
	about := len(q.Matter) == 0 || slices.ContainsFunc(q.Matter, func(m string) bool { return m == key || strings.HasSuffix(key, "/"+m) })
	at := e.numbers[atReported]
	when := (q.From == nil || at >= q.From.UnixMicro()) && (q.To == nil || at < q.To.UnixMicro())
	where := q.BBox == nil || e.numbers[atLng] != nowhere && q.BBox.Contains(orb.Point{float64(e.numbers[atLng]) / degree, float64(e.numbers[atLat]) / degree})
	said := func() bool {
		return !slices.ContainsFunc(strings.Fields(q.Q), func(w string) bool {
			return !strings.Contains(e.text, w) && !strings.Contains(name, w) && (strings.Trim(w, "0123456789-") != "" || !strings.Contains(e.number, w))
		})
	}
	return sees && about && when && where &&
		any(byStatus, texts(q.Status)) && any(byStage, texts(q.Stage)) && any(byStreet, q.Street) && any(byHolder, q.Holder) && any(bySource, texts(q.Source)) &&
		bit(markOverdue, q.Overdue) && bit(markAccepted, q.Accepted) && !slices.ContainsFunc(q.Flag, func(f incident.Flag) bool { return !has(byMark, string(f)) }) && said()
}

func texts[T ~string](values []T) (out []string) {
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// Whatever is asked, the index answers what looking at every entry answers: over many
// blocks, with words that many rows have and that few have, after changes, on every page.
func TestTheIndexFindsWhatThereIs(t *testing.T) {
	made := thousands()
	met, beyond, judged := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		e := func() entry { return rapid.SampledFrom(made.entries).Draw(t, "of") }
		maybe := func(name string) bool { return rapid.IntRange(0, 5).Draw(t, name) == 0 }
		q := Query{Scope: []string{"area:440114"}, Limit: rapid.IntRange(1, 400).Draw(t, "limit")}
		q.Sort = rapid.SampledFrom([]string{"", "-"}).Draw(t, "way") + rapid.SampledFrom([]string{"reported_at", "updated", "due", "number"}).Draw(t, "sort")
		if maybe("scope") {
			seen := strings.Fields(e().facets[bySeen])
			q.Scope = []string{"area:" + seen[len(seen)-1], "by:" + e().facets[byReporter], "held:" + strings.Fields(e().facets[byHeld])[0]}
		}
		if maybe("status") {
			q.Status = []incident.Status{incident.Status(e().facets[byStatus])}
		}
		if maybe("stage") {
			q.Stage = []incident.Stage{incident.Stage(e().facets[byStage]), incident.Stage(e().facets[byStage])}
		}
		if maybe("street") {
			q.Street = []string{e().facets[byStreet], e().facets[byStreet]}
		}
		if maybe("holder") {
			q.Holder = []string{e().facets[byHolder]}
		}
		if maybe("matter") {
			key := matterKey(e().facets[byMatter])
			q.Matter = []string{key, key[strings.LastIndex(key, "/")+1:]}[rapid.IntRange(0, 1).Draw(t, "as"):][:1]
		}
		if maybe("overdue") {
			q.Overdue = new(rapid.Bool().Draw(t, "is"))
		}
		if maybe("flag") {
			q.Flag = []incident.Flag{SuspendedMark}
		}
		if maybe("from") {
			q.From = new(time.UnixMicro(e().numbers[atReported]))
		}
		if maybe("to") {
			q.To = new(time.UnixMicro(e().numbers[atReported]))
		}
		if maybe("bbox") {
			q.BBox = &orb.Bound{Min: orb.Point{113 + rapid.Float64Range(0, .5).Draw(t, "west"), 23.3}, Max: orb.Point{113.4, 23.3 + rapid.Float64Range(0, .3).Draw(t, "north")}}
		}
		for range rapid.SampledFrom([]int{0, 0, 1, 1, 2}).Draw(t, "words") {
			q.Q += wordOf(t, e()) + " "
		}
		q.Q = strings.TrimSpace(q.Q)
		if q.Q != "" && len([]rune(q.Q)) > 2 {
			judged++
		}

		value := map[string]func(entry) int64{
			"reported_at": func(e entry) int64 { return e.numbers[atReported] }, "updated": func(e entry) int64 { return e.numbers[atUpdated] },
			"due": func(e entry) int64 { return e.numbers[atDue] }, "number": func(entry) int64 { return 0 },
		}[strings.TrimPrefix(q.Sort, "-")]
		var want []int
		for i := range made.entries {
			if made.entries[i].fits(q) {
				want = append(want, i)
			}
		}
		slices.SortFunc(want, func(a, b int) int {
			c := cmp.Compare(value(made.entries[a]), value(made.entries[b]))
			if strings.HasSuffix(q.Sort, "number") {
				c = strings.Compare(made.entries[a].number, made.entries[b].number)
			}
			if c = cmp.Or(c, a-b); q.Sort[0] == '-' {
				c = -c
			}
			return c
		})
		if len(want) > 0 {
			met++
		}
		if len(want) > MaxTotal {
			beyond++
		}
		for page := 0; page < 6; page++ {
			p, err := planOf(q)
			if err != nil {
				t.Fatal(err)
			}
			ids, next, total := p.page(made.index)
			if total != min(len(want), MaxTotal+1) {
				t.Fatalf("%+v: %d are told of, %d fit", q, total, len(want))
			}
			from, to := min(page*q.Limit, len(want)), min((page+1)*q.Limit, len(want))
			var expect []string
			for _, i := range want[from:to] {
				expect = append(expect, made.entries[i].id)
			}
			if !slices.Equal(ids, expect) {
				t.Fatalf("%+v: page %d is %d ids %.3q, want %d ids %.3q", q, page, len(ids), ids, len(expect), expect)
			}
			if (next == "") != (to == len(want)) {
				t.Fatalf("%+v: after page %d of %d the next is %q", q, page, len(want), next)
			}
			if q.Cursor = next; next == "" {
				break
			}
		}
	})
	if met == 0 || beyond == 0 || judged == 0 {
		t.Errorf("%d queries met something, %d more than totals are counted, %d asked for long words: they are of no use", met, beyond, judged)
	}
}

// wordOf draws two to six characters of what an entry says, or nearly.
func wordOf(t *rapid.T, e entry) string {
	said := strings.FieldsFunc(e.text+" "+matterName(e.facets[byMatter])+" "+e.number, func(r rune) bool { return r == ' ' || r == '\n' })
	word := []rune(rapid.SampledFrom(said).Draw(t, "said"))
	n := min(rapid.IntRange(2, 6).Draw(t, "characters"), len(word))
	at := rapid.IntRange(0, len(word)-n).Draw(t, "from")
	word = slices.Clone(word[at : at+n])
	if n < 2 {
		return "垃圾"
	}
	if rapid.IntRange(0, 4).Draw(t, "wrong") == 0 {
		word[n-1] = word[0]
	}
	return string(word)
}

// After changes the bounds of blocks are those of their values: lists end early.
func TestBoundsAreNarrow(t *testing.T) {
	x := thousands().index
	for name, c := range map[string]*column[int64]{"reported": x.reports, "updated": x.updates, "due": x.dues} {
		for block := range c.low {
			values := c.values[block*blockSize : min((block+1)*blockSize, len(c.values))]
			if c.low[block] != slices.Min(values) || c.high[block] != slices.Max(values) {
				t.Errorf("%s: block %d has bounds %d and %d, its values %d and %d", name, block, c.low[block], c.high[block], slices.Min(values), slices.Max(values))
			}
		}
	}
}

// An entry is the same after it was a row.
func TestEntriesAreRows(t *testing.T) {
	for i, e := range thousands().entries[:500] {
		var got entry
		if err := got.parse(e.line()); err != nil || got != e {
			t.Fatalf("entry %d: %v\n got %+v\nwant %+v", i, err, got, e)
		}
	}
	e := entry{id: "a\tb", text: "x\ty"}
	var got entry
	if err := got.parse(e.line()); err != nil || got.id != "a b" || got.text != "x\ty" {
		t.Errorf("with tabs: %+v, %v", got, err)
	}
	for _, s := range []string{"", "a\tb", strings.Repeat("\t", facets+numbers+2), e.line()[:facets+5]} {
		if err := got.parse(s); err == nil {
			t.Errorf("%q is taken for an entry", s)
		}
	}
	if e := entryOf(casefile.File{}); e.numbers[atLng] != nowhere || e.numbers[atDue] != never {
		t.Errorf("an empty file's entry is %+v", e)
	}
}

// A row that comes before others that were there before it is refused: rows are numbered
// in the order of first facts.
func TestRowsComeInOrder(t *testing.T) {
	x := newIndex()
	for _, first := range []int64{3, 9} {
		if err := x.put([]row{{first, entry{id: fmt.Sprint(first)}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.put([]row{{5, entry{}}}); err == nil {
		t.Error("a row was put between two others")
	}
}
