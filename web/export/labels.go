package export

import (
	"slices"
	"strings"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
)

// The labels of the code words, as everywhere on the pages.
var (
	Statuses = map[incident.Status]string{
		incident.StatusOpen: "在办", incident.StatusClosed: "已结案", incident.StatusDeclined: "不予立案", incident.StatusVoided: "已作废", incident.StatusMerged: "已并案",
	}
	stages = map[incident.Stage]string{
		incident.Verifying: "待核实", incident.Intake: "待立案", incident.Dispatching: "待派遣", incident.Handling: "处置中",
		incident.Coordinating: "会商中", incident.Checking: "待核查", incident.Closing: "待结案",
	}
	Tiers = map[jurisdiction.Tier]string{
		jurisdiction.Community: "村居级", jurisdiction.Street: "街镇级", jurisdiction.District: "区级",
	}
	Lamps = map[incident.Lamp]string{
		incident.Green: "绿灯 正常", incident.Yellow: "黄灯 临期", incident.Red: "红灯 超时", incident.Grey: "灰灯 挂账",
	}
	Sources = map[incident.Source]string{
		incident.FromInspector: "网格员上报", incident.FromHotline: "12345热线", incident.FromCitizen: "市民上报（小程序）",
		incident.FromSensor: "物联感知", incident.FromVideo: "视频巡屏", incident.FromDepartment: "部门转办", incident.FromLeader: "领导交办",
		incident.FromMedia: "媒体曝光", incident.FromCampaign: "专项行动", incident.FromEmergency: "110非警务转办",
	}
	Severities   = map[incident.Severity]string{incident.Normal: "一般", incident.Urgent: "紧急", incident.Major: "重大"}
	SuspendCodes = map[incident.SuspendCode]string{
		incident.Litigation: "诉讼", incident.Planned: "列入工程计划", incident.Assessment: "评审、勘察", incident.TitleTransfer: "权属移交",
		incident.Season: "季节、汛期", incident.Expropriation: "征收冻结", incident.CriminalCase: "刑事立案", incident.Permit: "报批、报装",
	}
	ReturnCodes = map[incident.ReturnCode]string{
		incident.Misdispatched: "派遣有误", incident.NotOurDuty: "非本单位职责", incident.WrongPlace: "位置有误",
		incident.OwnerElsewhere: "权属另有单位", incident.Duplicate: "疑似重复", incident.NeedsSupport: "需要支援",
	}
	EscalateCodes = map[incident.EscalateCode]string{
		incident.BeyondPower: "超出本级权限", incident.NeedsEnforcement: "需要执法", incident.CrossArea: "跨区域",
		incident.Funds: "需要资金", incident.NotOurs: "非本级职责",
	}
	Roles = map[jurisdiction.Role]string{
		jurisdiction.Inspector: "网格员", jurisdiction.CommunityStaff: "村居网格站", jurisdiction.Handler: "承办人",
		jurisdiction.StreetDesk: "街镇派遣员", jurisdiction.DistrictDesk: "区派遣员", jurisdiction.Hotline: "热线专办员",
		jurisdiction.Supervisor: "督查员", jurisdiction.Screen: "大屏", jurisdiction.Admin: "系统管理员",
	}
	flags = map[incident.Flag]string{
		incident.Unplaced: "无坐标", incident.OutsideGrid: "网格外", incident.Relocated: "位置已迁移", incident.NoCriterion: "无立案条件",
		incident.NoMatter: "事项未定", incident.CalendarNotPublished: "时限暂定", incident.Imported: "导入", incident.Simulated: "模拟",
		incident.SentLater: "离线补传", incident.Pinned: "手工标点", incident.PlaceInDoubt: "位置存疑", incident.Confidential: "匿名保密",
		incident.ClosedBeforeReported: "结案早于上报", incident.NotFound: "核实不属实", incident.ReopenedFlag: "重办中",
		incident.HandedOverFlag: "已移交应急", incident.SupervisedFlag: "重点督办", incident.CallRefusedFlag: "吹哨被拒",
		incident.Absorbing: "有并入", incident.RecurrenceFlag: "回潮", incident.SamePhoto: "照片重复", incident.FalseHandling: "虚假处置",
		incident.DrawnFlag: "抽中复核", incident.ConflictFlag: "需回避", incident.Exempted: "不计超时", incident.HelperUnfinished: "协办未完成",
		casebook.SuspendedMark: "挂账中", casebook.DifficultMark: "疑难件",
	}
)

// Area is what an area is called, by the name of its desk.
func Area(desk string) string {
	for _, of := range []string{"网格化服务管理指挥中心", "指挥中心", "网格工作站"} {
		if name, ok := strings.CutSuffix(desk, of); ok {
			return name
		}
	}
	return desk
}

// StageOf is the label of where an incident stands: not signed for is a stage to see.
func StageOf(f casefile.File) string {
	switch {
	case f.Stage == nil:
		return ""
	case *f.Stage == incident.Handling && !f.Accepted:
		return "待签收"
	}
	return stages[*f.Stage]
}

// Stage is the label of a stage.
func Stage(s incident.Stage) string { return stages[s] }

// flagsOf are the labels of an incident's flags.
func flagsOf(f casefile.File) string {
	var list []string
	for _, flag := range append(slices.Clone(f.Flags), casebook.MarksOf(f)...) {
		if label := flags[flag]; label != "" {
			list = append(list, label)
		}
	}
	return strings.Join(list, "、")
}
