package campaign

import (
	"fmt"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
)

// Category is the category of a campaign's stream.
const Category = "campaign"

// An Event is a fact about one campaign. The set is closed.
//
//sumtype:decl
type Event interface {
	isEvent()
	fact() Fact
}

// Fact is what every event carries.
type Fact struct {
	At time.Time      `json:"at"`
	By incident.Actor `json:"by"`
}

func (f Fact) fact() Fact { return f }

// FactOf returns what e carries as every event does.
func FactOf(e Event) Fact { return e.fact() }

type (
	// Launched opens a campaign; its cells are in order of their codes.
	// "campaign.launched".
	Launched struct {
		Fact
		Desk   string        `json:"desk"`
		Title  string        `json:"title"`
		Matter catalogue.Key `json:"matter"` // zero: not said
		Area   []string      `json:"area"`
		Cells  []Cell        `json:"cells"`
		From   time.Time     `json:"from"`
		Until  time.Time     `json:"until"`
		LookAt string        `json:"look_at"`
	}

	// Visited answers for one grid; no incidents: nothing was found. "campaign.visited".
	Visited struct {
		Fact
		Grid      string   `json:"grid"`
		Community string   `json:"community"`
		Street    string   `json:"street"`
		Incidents []string `json:"incidents,omitempty"`
		Note      string   `json:"note,omitempty"`
		Photos    []string `json:"photos,omitempty"`
	}

	// Finished ends it before its time. "campaign.ended".
	Finished struct {
		Fact
		Reason string `json:"reason,omitempty"`
	}
)

func (Launched) isEvent() {}
func (Visited) isEvent()  {}
func (Finished) isEvent() {}

// Events holds one zero value of every Event.
var Events = []Event{Launched{}, Visited{}, Finished{}}

// An UnknownTypeError says that a stored name means nothing to this program.
type UnknownTypeError = domain.UnknownTypeError

// Encode returns e as it is stored: a name written by hand that never changes, and
// one JSON object.
func Encode(e Event) (name string, data []byte, err error) { return domain.Encode(nameOf(e), e) }

func nameOf(e Event) string {
	switch e.(type) {
	case Launched:
		return "campaign.launched"
	case Visited:
		return "campaign.visited"
	case Finished:
		return "campaign.ended"
	}
	panic(fmt.Sprintf("campaign: event %T has no stored name", e))
}

// Decode returns the event that was stored under name.
func Decode(name string, data []byte) (Event, error) {
	switch name {
	case "campaign.launched":
		return as[Launched](name, data)
	case "campaign.visited":
		return as[Visited](name, data)
	case "campaign.ended":
		return as[Finished](name, data)
	}
	return nil, &UnknownTypeError{Name: name}
}

func as[E Event](name string, data []byte) (Event, error) {
	e, err := domain.Decode(name, data, func(e E) time.Time { return e.fact().At })
	if err != nil {
		return nil, err
	}
	return e, nil
}

// A reason is why a rule says no; its sentences end what the act's begin.
type reason struct{ code, field, zh, en string }

// An act is what was asked, as both languages begin a refusal of it.
type act struct{ zh, en string }

var (
	launching = act{"不能发起专项行动：", "Cannot launch the campaign: "}
	visiting  = act{"不能登记专项巡查：", "Cannot answer for the grid: "}
	ending    = act{"不能结束专项行动：", "Cannot end the campaign: "}
)

// The rules' reasons.
var (
	alreadyLaunched = reason{"already_launched", "", "该专项行动已发起", "it has been launched already"}
	desksOnly       = reason{"role_may_not", "", "由区、街镇指挥中心办理", "this is for a street's or the district's desk"}
	titleRequired   = reason{"title_required", "title", "请填写名称", "it needs a title"}
	untilBeforeFrom = reason{"until_before_from", "until", "结束时间须晚于开始时间", "it would end before it begins"}
	untilPast       = reason{"until_past", "until", "结束时间已过", "its time is over already"}
	tooLong         = reason{"too_long", "until", "专项行动最长 366 天", "a campaign lasts 366 days at most"}
	areaEmpty       = reason{"area_empty", "area", "该范围内没有网格", "there is no grid in that area"}
	outOfReach      = reason{"out_of_reach", "area", "该范围不在您的辖区内", "the area is not within the desk's reach"}
	unknown         = reason{"unknown_campaign", "", "没有这个专项行动", "there is no such campaign"}
	notInIt         = reason{"not_in_campaign", "", "该网格不在专项行动范围内", "the grid is not part of it"}
	notYourGrid     = reason{"not_your_grid", "", "该网格由其网格员巡查", "the grid is its own inspector's"}
	notBegun        = reason{"not_begun", "", "专项行动尚未开始", "it has not begun"}
	over            = reason{"campaign_over", "", "专项行动已结束", "it is over"}
	notYourDesk     = reason{"not_your_desk", "", "不是您的指挥中心发起的", "your desk did not launch it"}
)

func (r reason) to(a act) *domain.Refusal {
	no := domain.Refuse(r.code, a.zh+r.zh+"。", "%s%s.", a.en, r.en)
	no.Field = r.field
	return no
}
