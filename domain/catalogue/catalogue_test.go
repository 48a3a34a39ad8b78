package catalogue_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
)

func open(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open("../reference/data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func builtIn(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Parse("v", open(t, "catalogue_gb47678_5.csv"), open(t, "criteria_example_city.csv"), open(t, "demo_texts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryRowIsLoaded(t *testing.T) {
	c := builtIn(t)
	count := map[string]int{}
	for _, m := range c.Matters() {
		count[m.Scheme+" "+m.Kind]++
	}
	want := map[string]int{
		"gb47678.5-2026 matter": 250, "gb47678.5-2026 component": 153, "local-example matter": 44, "huadu-demo matter": 11,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("matters (-want +got):\n%s", diff)
	}
	if n := len(c.Criteria()); n != 144+33 {
		t.Errorf("%d criteria, not 177", n)
	}
}

func TestCriterionIDsCountAMattersRowsInFileOrder(t *testing.T) {
	c := builtIn(t)
	key := catalogue.ParsePrefixed("06001")
	want := []catalogue.Criterion{
		{
			ID: "gb47678.5-2026/matter/06001/1", Matter: key, FilingCondition: "违法搭建的建筑物、构筑物和其他设施",
			ClosingCondition: "制止、恢复", Limit: deadline.Limit{N: 2, Unit: deadline.UrgentDays},
		},
		{
			ID: "gb47678.5-2026/matter/06001/2", Matter: key, FilingCondition: "违法搭建的建筑物、构筑物和其他设施",
			ClosingCondition: "按法定程序实施、拆除", Limit: deadline.Limit{N: 15, Unit: deadline.WorkingDays},
		},
	}
	if diff := cmp.Diff(want, c.CriteriaOf(key)); diff != "" {
		t.Errorf("criteria of 06001 (-want +got):\n%s", diff)
	}
	for _, x := range c.Criteria() {
		if got, ok := c.Criterion(x.ID); !ok || got != x {
			t.Errorf("criterion %s is found as %v", x.ID, got)
		}
		if _, ok := c.Matter(x.Matter); !ok {
			t.Errorf("criterion %s has no matter", x.ID)
		}
	}
	if _, ok := c.Criterion("gb47678.5-2026/matter/06001/3"); ok {
		t.Error("there is a third criterion of 06001")
	}
}

func TestALimitHangsOnTheCriterionNotOnTheMatter(t *testing.T) {
	c := builtIn(t)
	var got []string
	for _, x := range append(c.CriteriaOf(catalogue.ParsePrefixed("01003")), c.CriteriaOf(catalogue.ParsePrefixed("01006"))...) {
		got = append(got, x.Limit.String())
	}
	if diff := cmp.Diff([]string{"2 urgent_hours", "4 working_hours", "2 working_days"}, got); diff != "" {
		t.Errorf("a manhole cover missing, broken, rattling (-want +got):\n%s", diff)
	}
}

func TestAMatterIsActivatedByACriterion(t *testing.T) {
	c := builtIn(t)
	activated := 0
	for _, m := range c.Matters() {
		if has := len(c.CriteriaOf(m.Key)) > 0; has != m.Activated {
			t.Errorf("%s: activated %t, criteria %t", m.Key, m.Activated, has)
		}
		if m.Activated {
			activated++
		}
	}
	if activated != 129 {
		t.Errorf("%d matters are activated, not 129", activated)
	}
	if m, ok := c.Matter(catalogue.ParsePrefixed("01001")); !ok || m.Activated || m.Name != "供水井盖异常" {
		t.Errorf("01001 is %+v", m)
	}
}

func TestLocalMattersAreDefinedByTheirCriteria(t *testing.T) {
	c := builtIn(t)
	for code, want := range map[string]string{
		"local-example:05006": "道路积水",
		"huadu-demo:22001":    "出租屋首层停放充电电动自行车",
		"huadu-demo:31001":    "群体欠薪、个人欠薪投诉",
	} {
		m, ok := c.Matter(catalogue.ParsePrefixed(code))
		if !ok || m.Name != want || m.Class != catalogue.LocalClass || !m.Activated {
			t.Errorf("%s is %+v", code, m)
		}
	}
}

func TestBothKindsMayHaveTheSameCode(t *testing.T) {
	c := builtIn(t)
	matter, _ := c.Matter(catalogue.Key{Scheme: catalogue.National, Kind: catalogue.KindMatter, Code: "01037"})
	component, _ := c.Matter(catalogue.Key{Scheme: catalogue.National, Kind: catalogue.KindComponent, Code: "01037"})
	if matter.Name == "" || component.Name == "" || matter.Name == component.Name {
		t.Errorf("matter %+v, component %+v", matter, component)
	}
	if len(c.CriteriaOf(matter.Key)) != 1 || component.Activated {
		t.Errorf("a matter's criterion counts for the component: %+v, %+v", matter, component)
	}
}

func TestCodesAreReadAsListsWriteThem(t *testing.T) {
	for _, code := range []string{"06010", "huadu-demo:21001", "local-example:05006"} {
		if got := catalogue.ParsePrefixed(code).Prefixed(); got != code {
			t.Errorf("%s came back as %s", code, got)
		}
	}
	if got := catalogue.ParsePrefixed("huadu-demo:21001").String(); got != "huadu-demo/matter/21001" {
		t.Errorf("key %s", got)
	}
}

func TestWhatIsHandedOutChangesNothingInside(t *testing.T) {
	c := builtIn(t)
	c.Matters()[0].Name, c.Criteria()[0].ID = "changed", "changed"
	c.CriteriaOf(c.Criteria()[0].Matter)[0].ID = "changed"
	if c.Matters()[0].Name == "changed" || c.Criteria()[0].ID == "changed" {
		t.Error("the catalogue changed")
	}
}

func TestFaultyTablesAreRefusedWithTheirLines(t *testing.T) {
	const (
		head     = "scheme,kind,code,class,name\n"
		matters  = head + "s,matter,01,c,n\n"
		criteria = "scheme,kind,code,name,filing_condition,closing_condition,limit,limit_unit\n"
		texts    = "kind,matter_code,text\n"
	)
	for name, tt := range map[string]struct{ catalogue, criteria, extra, want string }{
		"nothing":             {"", "", "", "no header"},
		"no matter":           {head, "", "", "no matter in it"},
		"a matter twice":      {matters + "s,matter,01,c,m\n", "", "", "line 3, code"},
		"another kind":        {head + "s,thing,01,c,n\n", "", "", "line 2"},
		"no code":             {head + "s,matter,,c,n\n", "", "", "line 2"},
		"no name":             {head + "s,matter,01,c,\n", "", "", "line 2, name"},
		"a limit of zero":     {matters, criteria + "s,matter,01,n,f,c,0,working_days\n", "", "line 2, limit"},
		"another unit":        {matters, criteria + "s,matter,01,n,f,c,1,weeks\n", "", "line 2, limit"},
		"no condition":        {matters, criteria + "s,matter,01,n,,c,1,working_days\n", "", "line 2: s/matter/01"},
		"a matter not listed": {matters, criteria + "s,matter,02,n,f,c,1,working_days\n", "", "line 2, code"},
		"two parts only":      {matters, criteria, texts + "criterion,t:01,f｜c\n", "line 2, text"},
		"not a limit":         {matters, criteria, texts + "criterion,t:01,f｜c｜soon\n", "line 2, limit"},
		"no code in extra":    {matters, criteria, texts + "criterion,t:,f｜c｜1 working_days\n", "line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.criteria == "" {
				tt.criteria = criteria
			}
			if tt.extra == "" {
				tt.extra = texts
			}
			_, err := catalogue.Parse("v", strings.NewReader(tt.catalogue), strings.NewReader(tt.criteria), strings.NewReader(tt.extra))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v does not say %q", err, tt.want)
			}
		})
	}
}

func TestACatalogueMayStandAlone(t *testing.T) {
	c, err := catalogue.Parse("v", open(t, "catalogue_gb47678_5.csv"), nil, nil)
	if err != nil || len(c.Matters()) != 403 || len(c.Criteria()) != 0 || c.Version() != "v" {
		t.Errorf("%v", err)
	}
}
