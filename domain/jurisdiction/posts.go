package jurisdiction

import "slices"

// Post is what a person does at a desk or in a unit, beyond the role.
type Post string

// The posts.
const (
	IntakePost   Post = "intake"      // 受理员: verifies the filing, files, declines
	DispatchPost Post = "dispatch"    // 派遣员: dispatches, transfers, escalates, grants
	ClosingPost  Post = "closing"     // checks and closes for the desk
	DutyLeader   Post = "duty_leader" // 值班长: leads the shift; signs for what looks bad otherwise
	Clerk        Post = "clerk"       // 单位收发员: receives and confirms for a unit
)

// Posts holds every post.
var Posts = []Post{IntakePost, DispatchPost, ClosingPost, DutyLeader, Clerk}

// HasPost tells whether a person holding the posts given holds p. Somebody of whom no
// post is known holds all of them: a small desk is one person.
func HasPost(held []Post, p Post) bool { return len(held) == 0 || slices.Contains(held, p) }
