package incident

import (
	"maps"
	"slices"

	"gridcommand/domain/jurisdiction"
)

// posts says at which post of a desk a command is given; one not named here asks for
// none. Intake, dispatch and closing are three people's business where duties are
// separated: who takes a case in does not also say that it is done.
var posts = map[string]jurisdiction.Post{
	"file":    jurisdiction.IntakePost,
	"decline": jurisdiction.IntakePost,

	"dispatch":              jurisdiction.DispatchPost,
	"transfer":              jurisdiction.DispatchPost,
	"escalate":              jurisdiction.DispatchPost,
	"grant-extension":       jurisdiction.DispatchPost,
	"refuse-extension":      jurisdiction.DispatchPost,
	"grant-suspension":      jurisdiction.DispatchPost,
	"refuse-suspension":     jurisdiction.DispatchPost,
	"approve-return":        jurisdiction.DispatchPost,
	"refuse-return":         jurisdiction.DispatchPost,
	"open-coordination":     jurisdiction.DispatchPost,
	"conclude-coordination": jurisdiction.DispatchPost,
	"call":                  jurisdiction.DispatchPost,

	"pass":  jurisdiction.ClosingPost,
	"fail":  jurisdiction.ClosingPost,
	"close": jurisdiction.ClosingPost,
}

// afterRed holds the commands that could make a late incident look better. Once a
// clock is red they are for the district's duty leader.
var afterRed = []string{"void", "merge", "grant-suspension", "correct"}

// notices returns what is irregular about who gives a command: somebody who gave one
// of another post on this incident before, or who does not hold the post.
func (s State) notices(o Order, command string) []Notice {
	post, asked := posts[command]
	if !asked || o.By.System() {
		return nil
	}
	var notices []Notice
	for _, other := range jurisdiction.Posts {
		if other != post && slices.Contains(s.Posted[other], o.By.Person) {
			notices = append(notices, SamePerson)
			break
		}
	}
	if !jurisdiction.HasPost(o.Posts, post) {
		notices = append(notices, PostNotHeld)
	}
	return notices
}

// noticed returns what the facts of an order say of its giver, where that is only
// warned of.
func (s State) noticed(o Order) []Notice {
	if o.Policy.Separation != SeparationWarn {
		return nil
	}
	return s.notices(o, o.Command.Name())
}

// permitsPost says what the separation of duties, and the duty leader's signature,
// refuse to those whose business it is. The program has no post.
func (s State) permitsPost(o Order, c Command) error {
	command := c.Name()
	if slices.Contains(afterRed, command) && s.isRed() && !o.leads() {
		return dutyLeaderRequired.to(c)
	}
	if o.Policy.Separation != SeparationEnforce {
		return nil
	}
	for _, n := range s.notices(o, command) {
		switch n {
		case SamePerson:
			return samePerson.to(c)
		case PostNotHeld:
			return postNotHeld.to(c)
		}
	}
	return nil
}

// isRed tells whether a clock that runs, or ran last, has expired. A suspension that
// stops it makes it no less late.
func (s State) isRed() bool {
	return s.Marked[Mark{StageClock, ExpiredKind}] || s.Marked[Mark{TotalClock, ExpiredKind}]
}

// leads tells whether the actor is the district's duty leader.
func (o Order) leads() bool {
	return o.By.System() || o.By.Role == jurisdiction.DistrictDesk && jurisdiction.HasPost(o.Posts, jurisdiction.DutyLeader)
}

// posted returns who acted at which post, that of e, which says a command or none, among them.
func (s State) posted(e Event, said Command) map[jurisdiction.Post][]string {
	by := FactOf(e).By
	if said == nil || by.System() {
		return s.Posted
	}
	post, asked := posts[said.Name()]
	if !asked || slices.Contains(s.Posted[post], by.Person) {
		return s.Posted
	}
	held := maps.Clone(s.Posted)
	if held == nil {
		held = map[jurisdiction.Post][]string{}
	}
	held[post] = with(held[post], by.Person)
	return held
}
