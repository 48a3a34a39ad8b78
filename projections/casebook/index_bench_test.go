package casebook

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/historytest"
)

// million is an index of a million incidents over three years in 13 streets, made
// without facts: a twentieth is open, texts are of 30 to 50 characters, a few of which
// stand side by side as hardly anywhere else.
var million = sync.OnceValue(func() *index { return synthetic(1_000_000) })

var (
	things = strings.Fields("生活垃圾堆放 建筑垃圾未清运 井盖缺失 路灯不亮 占道经营 店外经营 乱张贴广告 污水外溢 积水未排 树木倒伏 消防通道堵塞 电动车飞线充电 违章搭建 施工噪声扰民 油烟扰民 河道漂浮物 公厕脏乱 护栏损坏 路面破损 共享单车乱停")
	spots  = strings.Fields("市场后门 学校门口 村口牌坊 公园东侧 地铁站旁 小区北门 工业园内 桥底 祠堂前 医院对面 加油站旁 巷子深处")
	pleas  = strings.Fields("影响出行 已有异味 夜间危险 多次反映未处理 居民意见大 请尽快派人处理 建议加装围挡 存在安全隐患")
)

func synthetic(n int) *index {
	x, next := newIndex(), entries(n)
	for i := 0; i < n; {
		rows := make([]row, min(batch, n-i))
		for j := range rows {
			rows[j] = row{int64(i*8 + 1), next()}
			i++
		}
		if err := x.put(rows); err != nil {
			panic(err)
		}
	}
	x.settle()
	x.trim()
	return x
}

// entries returns a function that makes one entry after another, of n over three years.
func entries(n int) func() entry {
	rnd := rand.New(rand.NewPCG(1, 2))
	common := rand.NewZipf(rnd, 1.1, 20, 3000)
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	const years = 3 * 365 * 24 * int64(time.Hour/time.Microsecond)
	pick := func(from []string) string { return from[rnd.IntN(len(from))] }
	i := -1
	return func() entry {
		i++
		street := fmt.Sprintf("4401140%02d", 1+rnd.IntN(13))
		community := fmt.Sprintf("%s%03d", street, 1+rnd.IntN(20))
		unit := fmt.Sprintf("%s-S%02d", street, 1+rnd.IntN(9))
		at := start + int64(i)*(years/int64(n))
		rare := make([]rune, 4)
		for j := range rare {
			rare[j] = rune(0x4e00 + common.Uint64())
		}
		matter := rnd.IntN(200)
		e := entry{
			id: fmt.Sprintf("%08x-0000-7000-8000-%012x", i, rnd.Uint64()&0xffffffffffff), number: fmt.Sprintf("440114-%s-%05d", time.UnixMicro(at).UTC().Format("20060102"), i%1000),
			text: fold(string(rare)+pick(spots)+pick(things)+"，"+pick(pleas)) + "\n" + fmt.Sprintf("%s社区%d号", community[9:], rnd.IntN(2000)),
			facets: [facets]string{
				byStatus: "closed", byTier: "community", bySource: string(incident.Sources[rnd.IntN(len(incident.Sources))]), byLamp: "green",
				byStreet: street, byCommunity: community, bySeen: several([]string{"440114", street, community}),
				byReporter: fmt.Sprintf("inspector-%d", rnd.IntN(500)), byMatter: matterOf(fmt.Sprintf("gb/matter/%05d", matter), things[matter%len(things)]),
				byMark: markAccepted, byHeld: several([]string{street, community, unit}),
			},
			numbers: [numbers]int64{
				atReported: at, atUpdated: at + rnd.Int64N(1e12), atDue: never, atClosed: at + 1e11,
				atLng: int64(1130000000 + rnd.IntN(5000000)), atLat: int64(233000000 + rnd.IntN(3000000)),
			},
		}
		if rnd.IntN(20) == 0 {
			e.facets[byStatus], e.facets[byStage], e.facets[byHolder] = "open", string(incident.Stages[rnd.IntN(len(incident.Stages))]), unit
			e.facets[byLamp] = string(incident.Lamps[rnd.IntN(len(incident.Lamps))])
			e.numbers[atClosed], e.numbers[atDue] = 0, at+rnd.Int64N(1e13)
		}
		switch rnd.IntN(50) {
		case 0:
			e.facets[byMark] = several([]string{markAccepted, markOverdue})
		case 1:
			e.facets[byMark] = several([]string{string(SuspendedMark), markSuspended})
		case 2:
			e.numbers[atLng], e.numbers[atLat] = nowhere, nowhere
		}
		return e
	}
}

// How fast a million rows are taken in, and what they weigh.
func BenchmarkLoadMillion(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var x *index
	for range b.N {
		x = synthetic(1_000_000)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
	b.ReportMetric(float64(after.HeapObjects-before.HeapObjects), "objects")
	began := time.Now()
	runtime.GC()
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-of-GC")
	b.ReportMetric(float64(len(x.texts.at)), "grams")
}

func BenchmarkListMillion(b *testing.B) {
	x, yes := million(), true
	district, street := []string{"area:440114", "held:440114", "by:a"}, []string{"area:440114002", "held:440114002", "by:a"}
	open := []incident.Status{incident.StatusOpen}
	month, next := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		Query
		page int
	}{
		{"open by due", Query{Status: open, Sort: "due", Scope: district}, 0},
		{"all by -reported_at", Query{Scope: district}, 0},
		{"all by due", Query{Scope: district, Sort: "due"}, 0},
		{"all by -updated", Query{Scope: district, Sort: "-updated"}, 0},
		{"all by number", Query{Scope: district, Sort: "number"}, 0},
		{"rare filters", Query{Status: open, Stage: incident.Stages[:1], Lamp: []incident.Lamp{incident.Red}, Matter: []string{"00017"}, Tier: jurisdiction.Tiers, Scope: district}, 0},
		{"common word of two", Query{Q: "垃圾", Scope: district}, 0},
		{"common word of two by due", Query{Q: "垃圾", Scope: district, Sort: "due"}, 0},
		{"common word of four", Query{Q: "垃圾堆放", Scope: district}, 0},
		{"common word of six by -updated", Query{Q: "建筑垃圾未清", Scope: district, Sort: "-updated"}, 0},
		{"rare word of four", Query{Q: "一丁积水", Scope: district}, 0},
		{"three words", Query{Q: "垃圾 市场后门 003社区", Scope: district}, 0},
		{"number", Query{Q: "440114-20250601-00017", Scope: district}, 0},
		{"end of a number", Query{Q: "00017", Scope: district}, 0},
		{"street, open, overdue", Query{Status: open, Overdue: &yes, Scope: street, Sort: "due"}, 0},
		{"street, closed", Query{Status: []incident.Status{incident.StatusClosed}, Scope: street, Sort: "-updated"}, 0},
		{"a month", Query{From: &month, To: &next, Scope: district, Sort: "-due"}, 0},
		{"page 200", Query{Scope: district}, 200},
		{"page 200 of open by due", Query{Status: open, Sort: "due", Scope: district}, 200},
	} {
		p, err := planOf(c.Query)
		if err != nil {
			b.Fatal(err)
		}
		for range c.page {
			_, next, _ := p.page(x)
			q := c.Query
			q.Cursor = next
			if p, err = planOf(q); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var total int
			for b.Loop() {
				_, _, total = p.page(x)
			}
			b.ReportMetric(float64(total), "found")
		})
	}
}

// How long a million rows take to write, and to read into an empty index.
func BenchmarkWarmMillion(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *sqldb.DB{"sqlite": historytest.Views, "postgres": onPostgres} {
		b.Run(name, func(b *testing.B) {
			const n = 1_000_000
			db, folder := open(b), historytest.Folder(b)
			if err := projections.NewRunner(db, historytest.New(b, 1).Ledger, New(db, folder), nil).Open(b.Context()); err != nil {
				b.Fatal(err)
			}
			next, began := entries(n), time.Now()
			for i := 0; i < n; i += 1000 {
				if err := db.Tx(b.Context(), func(tx *sql.Tx) error {
					var rows [][]any
					for j := i; j < i+1000; j++ {
						rows = append(rows, []any{j*8 + 1, j*8 + 8, next().line()})
					}
					if err := bulk.Write(b.Context(), tx, rows); err != nil {
						return err
					}
					_, err := tx.ExecContext(b.Context(), `UPDATE views_checkpoint SET position = $1 WHERE view = 'casebook'`, (i+1000)*8)
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
			written := time.Since(began)
			for b.Loop() {
				v := New(db, folder)
				if err := v.Warm(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(written.Seconds(), "s-to-write")
		})
	}
}

func onPostgres(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenPostgres(t.Context(), postgrestest.URL(t), "views")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
