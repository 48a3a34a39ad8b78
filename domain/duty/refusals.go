package duty

import "gridcommand/domain"

// A reason is why a rule says no; its sentences end what the act's begin.
type reason struct{ code, field, zh, en string }

// An act is what was asked, as both languages begin a refusal of it.
type act struct{ zh, en string }

var (
	rostering = act{"不能排班：", "Cannot set the roster: "}
	preparing = act{"不能编制交接班表：", "Cannot prepare the sheet: "}
	signing   = act{"不能签名：", "Cannot sign: "}
)

// The rules' reasons.
var (
	notYourDesk    = reason{"not_your_desk", "", "不是您所在的指挥中心或网格站", "it is not your desk's"}
	dutyLeaderOnly = reason{"duty_leader_only", "", "须由值班长办理", "this is for the duty leader"}
	shiftOver      = reason{"shift_over", "", "该班次已结束", "that shift is over"}
	oneLeader      = reason{"one_leader", "people", "每班须有且只有一名值班长", "a shift has exactly one duty leader"}
	personTwice    = reason{"person_twice", "people", "同一人列了两次", "somebody stands on it twice"}
	noChange       = reason{"no_change_of_shifts", "moment", "该时刻不交接班（08:00、20:00）", "shifts change at 08:00 and 20:00"}
	tooEarly       = reason{"too_early", "moment", "交接班前两小时内方可编制", "it can be prepared from two hours before"}
	sheetSigned    = reason{"sheet_signed", "", "已有人签名，内容不得再改", "somebody has signed it, and it changes no more"}
	notPrepared    = reason{"not_prepared", "", "交接班表尚未编制", "there is no sheet yet"}
	sideSigned     = reason{"side_signed", "side", "该方已签名", "somebody else has signed for that side"}
	samePerson     = reason{"same_person", "side", "交班人和接班人不能是同一人", "the same person cannot hand over and take over"}
	sheetChanged   = reason{"sheet_changed", "digest", "内容已更新，请重新查看", "the sheet has changed since you read it"}
	notOnShift     = reason{"not_on_shift", "side", "您不在该班次的值班表上", "you are not on that shift's roster"}
)

func (r reason) to(a act) *domain.Refusal {
	no := domain.Refuse(r.code, a.zh+r.zh+"。", "%s%s.", a.en, r.en)
	no.Field = r.field
	return no
}
