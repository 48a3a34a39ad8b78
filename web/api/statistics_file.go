package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/figures"
	"gridcommand/projections/tally"
	"gridcommand/web/export"
	"gridcommand/web/sheet"
)

// groupedBy is what the groups of a table of statistics are called.
var groupedBy = map[string]string{
	string(tally.ByStreet): "镇街", string(tally.ByCommunity): "村居", string(tally.ByUnit): "单位", string(tally.ByPerson): "人员", string(tally.ByMatter): "事项",
	string(tally.BySource): "来源", string(tally.ByTier): "层级", string(tally.ByDay): "日期", string(tally.ByMonth): "月份",
}

// statisticsColumns has a column for each indicator, as the catalogue has them; a share has
// what it stands on beside it.
func statisticsColumns(by string) []sheet.Column {
	columns := []sheet.Column{
		{Name: "key", Head: groupedBy[by] + "代码", Width: 15},
		{Name: "name", Head: groupedBy[by], Width: 28},
		{Name: "reading", Head: "口径", Width: 10},
	}
	add := func(name, head string, kind sheet.Kind) {
		columns = append(columns, sheet.Column{Name: name, Head: head, Kind: kind})
	}
	for _, i := range figures.Indicators {
		switch shapeOf(i) {
		case share:
			add(i.Code, i.Name.ZH, sheet.Percent)
			add(i.Code+".n", i.Name.ZH+"（分子）", sheet.Whole)
			add(i.Code+".d", i.Name.ZH+"（分母）", sheet.Whole)
		case lapse:
			add(i.Code+".median_min", i.Name.ZH+"（中位，分钟）", sheet.Decimal)
			add(i.Code+".p90_min", i.Name.ZH+"（九成位，分钟）", sheet.Decimal)
			add(i.Code+".n", i.Name.ZH+"（件数）", sheet.Whole)
		case count:
			add(i.Code, i.Name.ZH, sheet.Whole)
		default:
			add(i.Code, i.Name.ZH, sheet.Decimal)
		}
	}
	add("score", "得分", sheet.Decimal)
	add("grade", "等级", sheet.Text)
	return columns
}

// lapse is a duration: median, 90th percentile, and of how many.
const lapse = "lapse"

func shapeOf(i figures.Indicator) string {
	if i.Kind == figures.Lapse {
		return lapse
	}
	return kindOf(i)
}

// statisticsFile is the table as a file: one line for each group and reading, and the
// total last.
func (s *server) statisticsFile(as AsFile, got Statistics) (any, error) {
	columns := statisticsColumns(got.By)
	reading := "事实"
	if tally.Reading(got.Reading) == tally.Exempted {
		reading = "剔除申诉"
	}
	var rows [][]any
	add := func(row *tally.Row, name string) error {
		for _, one := range []struct {
			row     *tally.Row
			reading string
		}{{row, reading}, {row.Exempted, "剔除申诉"}, {row.MonthAgo, "上月同期"}, {row.YearAgo, "去年同期"}} {
			if one.row == nil {
				continue
			}
			cells, err := statisticsCells(one.row, columns)
			if err != nil {
				return err
			}
			cells[0], cells[1], cells[2] = row.Key, name, one.reading
			rows = append(rows, cells)
		}
		return nil
	}
	for i := range got.Items {
		if err := add(&got.Items[i], groupName(got.By, &got.Items[i])); err != nil {
			return nil, err
		}
	}
	if err := add(&got.Total, "合计"); err != nil {
		return nil, err
	}
	ground := "网格按事发时划分"
	if tally.Ground(got.Ground) == tally.Now {
		ground = "网格按现行划分"
	}
	told := Told{Total: len(got.Items), Position: got.Position, At: got.At, From: got.From, To: got.To}
	return s.reportFile(as, reportPaper{title: "统计表", plain: "statistics", columns: columns}, told, rows,
		[]string{ground, "空格：不适用（分母为零或本分组无此指标）", "各指标公式见指标目录"})
}

// groupName is what a row is called.
func groupName(by string, row *tally.Row) string {
	place := by == string(tally.ByStreet) || by == string(tally.ByCommunity)
	switch {
	case row.Name != "" && place:
		return export.Area(row.Name)
	case row.Name != "":
		return row.Name
	case row.Key == "" && place:
		return "网格外"
	case row.Key == "":
		return "未明确"
	case by == string(tally.BySource):
		return export.Sources[incident.Source(row.Key)]
	case by == string(tally.ByTier):
		return export.Tiers[jurisdiction.Tier(row.Key)]
	}
	return row.Key
}

// statisticsCells finds a row's cells by the names of the columns, which are those of its
// JSON. What does not apply is an empty cell.
func statisticsCells(row *tally.Row, columns []sheet.Column) ([]any, error) {
	var fields map[string]any
	read := json.NewDecoder(bytes.NewReader(row.AppendJSON(nil)))
	if err := read.Decode(&fields); err != nil {
		return nil, fmt.Errorf("api: a row of statistics: %w", err)
	}
	cells := make([]any, len(columns))
	for i, c := range columns {
		if i < 3 {
			continue
		}
		var v any = fields
		for part := range strings.SplitSeq(c.Name, ".") {
			within, _ := v.(map[string]any)
			v = within[part]
		}
		if within, is := v.(map[string]any); is {
			v = within["rate"]
		}
		cells[i] = v
	}
	return cells, nil
}
