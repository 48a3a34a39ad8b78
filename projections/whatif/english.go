package whatif

// english has every phrase that differences are told in.
var english = map[string]string{
	"上报": "report", "分派": "routing", "核实属实": "verified", "核实不属实": "found untrue", "立案": "filing", "不予立案": "declined", "派遣": "dispatch", "下派": "delegation",
	"签收": "acceptance", "处置反馈": "handling result", "退单": "returned", "改派": "transferred", "升级": "escalated", "核查通过": "check passed", "核查不通过": "check failed",
	"结案": "closing", "重办": "reopened", "作废": "voided", "申请延期": "extension requested", "同意延期": "extension granted", "同意挂账": "suspension granted",
	"申请退单": "return requested", "不同意退单": "return refused",

	"核实": "verification", "处置": "handling", "会商": "coordination", "核查": "check", "总时限": "total time",
	"在办": "open", "已结案": "closed", "已作废": "voided (ended)", "已并案": "merged",

	"不允许：": "not allowed: ", "新增：": "new: ", "不再发生：": "no longer happens: ", "人工派遣": "dispatched by a person", "内容不同": ": other content", "上报标记不同": "other flags at the report",
	"处置时限 ": "handling limit ", "承办单位 ": "handling unit ", "派遣单位 ": "dispatched to ", "分派依据 ": "routed because ", "单位 ": ": unit ", "环节 ": "stage ", "现状 ": "stands ", "承办 ": "unit ",
	"时限": " limit", "签收时限": "acceptance limit", "退单时限": "return limit", "总时限不同": "another total limit", "签收超时": "accepted late", "签收按时": "accepted on time",
	"转为疑难件": "becomes difficult", "不再成为疑难件": "no longer becomes difficult",
	"预警": " warning", "超时": "expired", "按时": "on time", "未考核": "not judged", "延期": "extensions",
	"预警时间 %s → %s": "warned at %s → %s", "截止时间 %s → %s": "due at %s → %s", "%s截止 %s → %s": "%s: due %s → %s", "%s预警 %s → %s": "%s: warning %s → %s", "%s原%s 现%s": "%s was %s, now %s",
	"无": "none", "未公布": "not published", "（": " (", "）": ")", "，": ", ", "；": "; ", "＋": " + ",
}
