package incident

import (
	"fmt"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
)

// A reason is why a rule says no. Its code is stable; its sentences end what begins
// with "不能退单：" and "Cannot return: ".
type reason struct{ code, field, zh, en string }

// The rules' reasons.
var (
	roleMayNot        = reason{"role_may_not", "", "您的岗位没有这项权限", "your post may not do this"}
	alreadyReported   = reason{"already_reported", "", "该事件已上报", "it has been reported already"}
	notOpen           = reason{"not_open", "", "该事件不在办", "the incident is not open"}
	notClosed         = reason{"not_closed", "", "该事件尚未结案", "the incident is not closed"}
	notMerged         = reason{"not_merged", "", "该事件未并案", "the incident is not merged"}
	wrongStage        = reason{"wrong_stage", "", "该事件当前环节不办理此项", "this is not for the stage it is at"}
	notTheHolder      = reason{"not_the_holder", "", "该事件不由您的单位办理", "your unit does not hold it"}
	notYourDesk       = reason{"not_your_desk", "", "该事件不归您的指挥中心或网格站派遣", "your desk is not in charge of it"}
	handledItYourself = reason{"handled_it_yourself", "", "您是该事件的处置人（核处分离）", "you handled it yourself"}
	alreadyAccepted   = reason{"already_accepted", "", "该事件已签收", "it has been signed for"}
	needsCoordination = reason{"needs_coordination", "", "疑难件，请提请会商或提级上报", "it is difficult: coordinate or escalate it"}
	handOverOnly      = reason{"hand_over_only", "", "该事项由区指挥中心移送，不派任何单位", "it leaves the district desk by hand-over only"}
	withdrawnMatter   = reason{"withdrawn", "unit", "该事项已上收区级，不派街镇和村居", "this matter was withdrawn to the district: no street is given it"}
	topTier           = reason{"top_tier", "", "已在区级，不能再提级", "the district is the highest tier"}
	notTheReporter    = reason{"not_the_reporter", "", "只有上报人和热线回访可以评价", "only who reported and the hotline's callback rate"}
	notTheHandler     = reason{"not_the_handler", "", "该事件不是您的单位处置的", "your unit did not handle it"}
	noAppealHere      = reason{"no_appeal_here", "", "没有待您的指挥中心审定的申诉", "no appeal waits for your desk"}
	nothingToReply    = reason{"nothing_to_reply", "", "没有待回复的督办", "no supervision waits for a reply"}
	alreadyRated      = reason{"already_rated", "", "已评价过", "it has been rated already"}
	alreadyAppealed   = reason{"already_appealed", "", "已申诉过，每件只受理一次", "it has been appealed already: once only"}
	nothingToAppeal   = reason{"nothing_to_appeal", "", "您的单位没有超时、退单或返工记录", "your unit was not late, returned nothing and reworked nothing"}
	foundFalse        = reason{"found_false", "", "督查抽查认定为虚假处置，不得免责", "a spot check found it false: nothing exempts that"}
	leftByHandOver    = reason{"left_by_hand_over", "", "该事件已移交，未经处置", "it left by hand-over and was not handled"}
	noCaller          = reason{"no_caller", "", "该事件没有诉求人联系方式", "no caller left name and phone"}

	callerConfidential = reason{"caller_confidential", "", "诉求人要求匿名保密", "the caller asked for confidence"}
	dutyLeaderRequired = reason{"duty_leader_required", "", "已亮红灯，须由区值班长办理", "it is red: only the district's duty leader may do this"}
	samePerson         = reason{"same_person", "", "您已在其他岗位经办该事件（岗位分离）", "you acted on it at another post: duties are separated"}
	postNotHeld        = reason{"post_not_held", "", "您没有这个岗位", "you do not hold the post"}

	requestPending     = reason{"request_pending", "", "已有申请待审批", "a request is waiting for its answer"}
	noRequest          = reason{"no_request", "", "没有待审批的申请", "no request is waiting"}
	notYourRung        = reason{"not_your_rung", "", "该申请不由您审批", "this request is not yours to answer"}
	tooLate            = reason{"too_late", "", "已超过处置时限，须在超时前办理", "the handling limit is over: only before it"}
	extensionLimit     = reason{"extension_limit", "", "延期次数已用完", "it has been extended as often as may be"}
	urgentNotExtended  = reason{"urgent_never", "", "紧急类事项不得延期", "an urgent matter is never extended"}
	urgentNotSuspended = reason{"urgent_never", "", "紧急类事项不得挂账", "an urgent matter is never suspended"}
	suspendedNow       = reason{"suspended", "", "挂账期间不办理此项，请先解除挂账", "it is suspended: resume it first"}
	suspendedBefore    = reason{"suspended_before", "", "每件只能挂账一次", "it was suspended before: once only"}
	notSuspended       = reason{"not_suspended", "", "该事件未挂账", "it is not suspended"}
	returnWindowOver   = reason{"return_window_over", "", "已超过退单时限", "the time to return it is over"}

	windowOver = reason{"window_over", "", "已超过重办期限", "the time for it is over"}

	sourceNotYours        = reason{"source_not_yours", "source", "您的岗位不能使用该来源", "your post may not report from this source"}
	onTheSpotByInspectors = reason{"inspectors_only", "handled_on_the_spot", "只有网格员上报可以自行处置", "only inspectors settle on the spot"}
	photosRequired        = reason{"photos_required", "photos", "请附照片", "photos are required"}
	photosBeforeAndAfter  = reason{"photos_before_and_after", "photos_after", "自行处置须附处置前和处置后照片", "photos from before and after are required"}
	concernsUnknown       = reason{"unit_unknown", "concerns", "没有这个单位", "there is no such unit"}
	matterRequired        = reason{"matter_required", "matter", "请选择管理事项", "a matter is required"}
	matterUnknown         = reason{"matter_unknown", "matter", "没有这个管理事项", "there is no such matter"}
	matterNotActivated    = reason{"matter_not_activated", "matter", "该管理事项尚未启用（没有立案条件）", "the matter is not activated: it has no criterion"}
	criterionRequired     = reason{"criterion_required", "criterion", "请选择立案条件", "a criterion is required"}
	criterionNotOfMatter  = reason{"criterion_not_of_matter", "criterion", "该立案条件不属于所选管理事项", "the criterion does not belong to the matter"}
	standInReserved       = reason{"stand_in_reserved", "criterion", "替代时限只用于回放和导入", "a stand-in limit is for replay and import only"}
	unitRequired          = reason{"unit_required", "unit", "请选择单位", "a unit is required"}
	unitUnknown           = reason{"unit_unknown", "unit", "没有这个单位", "there is no such unit"}
	outOfReach            = reason{"out_of_reach", "unit", "该单位不在派遣范围内", "the unit is not within the desk's reach"}
	sameUnit              = reason{"same_unit", "unit", "该事件已由该单位处置", "this unit has it already"}
	resultRequired        = reason{"result_required", "result", "请填写处置反馈", "a result is required"}
	reasonRequired        = reason{"reason_required", "reason", "请填写理由", "a reason is required"}
	codeUnknown           = reason{"code_unknown", "code", "没有这个理由类别", "there is no such code"}
	questionRequired      = reason{"question_required", "question", "请填写督办事项", "a question is required"}
	replyByPast           = reason{"reply_by_past", "reply_by", "回复期限须晚于现在", "the time to reply by is over already"}
	answerRequired        = reason{"answer_required", "answer", "请填写督办回复", "an answer is required"}
	scoreOutOfRange       = reason{"score_out_of_range", "score", "评分须为 1 至 5", "a score is 1 to 5"}
	raterRequired         = reason{"rater_required", "by", "请填写评价人", "who rates is required"}
	textRequired          = reason{"text_required", "text", "请填写批注", "a text is required"}

	untilPast   = reason{"until_past", "until", "挂账截止时间须晚于现在", "the end of the suspension must lie ahead"}
	untilTooFar = reason{"until_too_far", "until", "挂账时间超过上限", "the suspension is longer than may be"}

	closingConditionRequired = reason{
		"closing_condition_required", "closing_condition_met", "未勾选结案条件", "the closing condition is not ticked",
	}
)

// about returns r naming another field.
func (r reason) about(field string) reason {
	r.field = field
	return r
}

// at returns r naming the stage the incident is at.
func (r reason) at(s Stage) reason {
	r.zh += "（" + stageLabels[s] + "）"
	r.en += " (" + string(s) + ")"
	return r
}

// after returns r naming the time that is over, counted from dispatch, and the way
// that is left.
func (r reason) after(limits []deadline.Limit) reason {
	if len(limits) > 0 {
		l := limits[0]
		r.zh += fmt.Sprintf("（派遣后 %d %s）", l.N, limitLabels[l.Unit])
		r.en += fmt.Sprintf(" (%s after dispatch)", l)
	}
	r.zh += "，请提请会商"
	r.en += ": ask for coordination"
	return r
}

// to returns r as the answer to a command.
func (r reason) to(c Command) *domain.Refusal {
	no := domain.Refuse(r.code, "不能"+commandLabels[c.Name()]+"："+r.zh+"。", "Cannot %s: %s.", c.Name(), r.en)
	no.Field = r.field
	return no
}

// Label returns a command's word for a Chinese reader, as refusals use it.
func Label(command string) string { return commandLabels[command] }

// The words of refusals are those of the buttons and lists that a reader sees.
var commandLabels = map[string]string{
	"report": "上报", "confirm": "核实属实", "refute": "核实不属实", "file": "立案", "decline": "不予立案", "dispatch": "派遣",
	"accept": "签收", "handle": "处置反馈", "return": "退单", "transfer": "改派", "escalate": "提级上报", "pass": "核查通过",
	"fail": "核查不通过", "close": "结案", "reopen": "重办", "void": "作废", "comment": "批注", "attach": "补充附件",
	"warn": "临期提醒", "expire": "超时",
	"request-extension": "延期", "grant-extension": "同意延期", "refuse-extension": "驳回延期", "request-suspension": "挂账",
	"grant-suspension": "同意挂账", "refuse-suspension": "驳回挂账", "resume": "解除挂账", "approve-return": "同意退单",
	"refuse-return": "驳回退单", "recompute": "重算时限", "lapse": "逾期", "open-coordination": "提请会商",
	"conclude-coordination": "会商办结", "help": "协办反馈", "assign": "二级派遣", "call": "吹哨", "arrive": "报到",
	"refuse-call": "拒绝报到", "task": "派核查任务", "urge": "催办", "supervise": "督办", "reply": "督办回复", "rate": "评价",
	"appeal": "超时申诉", "uphold-appeal": "认定申诉成立", "reject-appeal": "认定申诉不成立", "spot-check": "督查抽查",
	"view-caller": "查看诉求人电话", "merge": "并案", "unmerge": "撤销并案", "absorb": "接收并案", "release": "解除并案",
	"correct": "更正", "hand-over": "移交应急", "recur": "标记回潮", "flag": "标记",
}

var limitLabels = map[deadline.Unit]string{
	deadline.UrgentMinutes: "分钟", deadline.UrgentHours: "紧急工作时", deadline.UrgentDays: "紧急工作日",
	deadline.WorkingHours: "工作时", deadline.WorkingDays: "工作日", deadline.NaturalDays: "自然日",
}

var stageLabels = map[Stage]string{
	Verifying: "待核实", Intake: "待立案", Dispatching: "待派遣", Handling: "处置中", Coordinating: "会商中", Checking: "待核查",
	Closing: "待结案",
}
