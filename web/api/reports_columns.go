package api

import "gridcommand/projections/tally"

// columnsOf are indicators by their names in a row of statistics.
func columnsOf(codes ...string) []BulletinColumn {
	var list []BulletinColumn
	for _, code := range codes {
		for _, c := range bulletinColumns {
			if c.Code == code {
				list = append(list, c)
			}
		}
	}
	return list
}

var bulletinColumns = []BulletinColumn{
	{"reported", "上报数", "Reported", count, ""},
	{"filed", "立案数", "Filed", count, ""},
	{"dispatched", "派遣数", "Dispatched", count, ""},
	{"handled", "处置数", "Handled", count, ""},
	{"closed", "结案数", "Closed", count, ""},
	{"to_be_handled", "应处置数", "To be handled", count, "按期处置数 + 超期数"},
	{"overdue", "处置超期数", "Overdue", count, ""},
	{"to_be_closed", "应结案数", "To be closed", count, "按期结案数 + 超总时限数"},
	{"verified_on_time", "按时核实率", "Verified on time", share, "按时核实数 ÷ 应核实数"},
	{"filed_on_time", "按时立案率", "Filed on time", share, "按时立案数 ÷ 立案数"},
	{"dispatched_on_time", "按时派遣率", "Dispatched on time", share, "按时派遣数 ÷ 应派遣数"},
	{"accurate_dispatch", "准确派遣率", "Accurate dispatch", share, "（派遣数 − 因派遣有误退单数）÷ 派遣数"},
	{"signed_on_time", "签收及时率", "Signed for on time", share, "按时签收数 ÷ 派遣到单位数"},
	{"handled_rate", "处置率", "Handled", share, "处置数 ÷ 应处置数"},
	{"handled_on_time", "按期处置率", "Handled on time", share, "按期处置数 ÷ 应处置数"},
	{"overdue_unhandled", "超期未处置率", "Overdue, not handled", share, "（超期数 − 超期后已处置数）÷ 应处置数"},
	{"checked_on_time", "按时核查率", "Checked on time", share, "按时核查数 ÷ 应核查数"},
	{"rework", "返工率", "Rework", share, "返工数 ÷ 应结案数"},
	{"closed_rate", "结案率", "Closed", share, "结案数 ÷ 应结案数"},
	{"closed_on_time", "按期结案率", "Closed on time", share, "按期结案数 ÷ 应结案数"},
	{"return_rate", "退单率（回退率）", "Returned", share, "退单数 ÷ 派遣到单位数"},
	{"extension", "延期率", "Extended", share, "延期数 ÷ 应处置数"},
	{"recurrence", "回潮率", "Recurrence", share, "回潮数 ÷ 结案数"},
	{"false_handling", "虚假处置率", "False handling", share, "抽查为虚假处置数 ÷ 抽查数"},
	{"found_by_ourselves", "主动发现率", "Found by ourselves", share, "网格员上报数 ÷（网格员、热线、市民上报数）"},
	{"valid_reports", "有效上报率", "Valid reports", share, "网格员上报立案数 ÷ 网格员上报数"},
	{"satisfaction", "满意率", "Satisfied", share, "满意数 ÷ 已评价数"},
}

// measured is a question with what its answer is measured by.
func (s *server) measured(q tally.Query) tally.Query { return q }
