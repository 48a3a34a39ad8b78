// Package scenario tells what happens to an incident, in files that an expert of the
// trade can read, and keeps the program to them. Each file of testdata is one story,
// run by the real rules on the built-in units, matters, calendar and policy, and folded
// into the row that a reader sees. Its tests prove the stories, and that together they
// tell of every command: given and refused.
//
// A story is a txtar archive. Its comment is the title, in Chinese and English. Its
// parts are
//
//	-- facts --   what lies in the ledger already (已有事实), a name and JSON a line
//	-- steps --   what people do, and what follows (指令与事实)
//	-- row --     what a reader sees in the end (结果)
//	-- row b --   the same of another incident of the story
//
// A step says when, who, which command — its label and its name — and its fields:
//
//	2026-11-23 09:00
//	inspector 上报 report: matter=07003 at=桂花 text=占道广告牌
//	  → reported source=inspector
//	  → routed holder=花城街道指挥中心 due="2026-11-23 10:00"
//	09:10
//	street 退单 return: reason=不是我们的
//	  ✗ role_may_not 不能退单：您的岗位没有这项权限。
//
// A time stands until the next one; the date may be left out. As time passes, clocks
// speak: what they say may be written under the time. Under a command → is a fact that
// follows from it, all of them in order; ✗ is the refusal, code and sentence; ∅ says
// that nothing follows, because it was said before. Without any, the command has to be
// accepted. Values with spaces stand in double quotes, - is nothing.
//
// Other lines:
//
//	[b] street 派遣 dispatch: unit=S01    of incident b; a is the one where none is named
//	street 可办 may: dispatch escalate     commands that the list of what is allowed names
//	street 不可办 may not: close           commands that it does not
//	口径 policy: return_review=desk         the policy from here on
//	日历 calendar: 2027                     the year is published
//	岗位 posts: street=intake,dispatch      the posts that somebody holds
//	# a remark
//
// People are the demonstration's accounts, and a few more that are listed in cast_test.go;
// units are named by code or name, S01 being the office of 花城街道.
package scenario
