package deadline

import (
	"io"
	"time"
)

func (c *Calendar) Version() string                               { panic("soon") }
func (c *Calendar) Years() []int                                  { panic("soon") }
func (c *Calendar) With(later *Calendar) *Calendar                { panic("soon") }
func (c *Calendar) IsWorkday(t time.Time) (works, published bool) { panic("soon") }
func (c *Calendar) Deadline(from time.Time, warnPercent int, limits ...Limit) Deadline {
	panic("soon")
}
func (c *Calendar) Extend(d Deadline, add Limit, warnPercent int) Deadline { panic("soon") }
func (c *Calendar) WithPauses(d Deadline, warnPercent int, p ...Pause) Deadline {
	panic("soon")
}
func (c *Calendar) Recompute(d Deadline, warnPercent int) Deadline { panic("soon") }
func (c *Calendar) Explain(d Deadline) []Period                    { panic("soon") }
func Given(from, due time.Time, warnPercent int) Deadline          { panic("soon") }
func ParseCalendar(version string, r io.Reader) (*Calendar, error) { panic("soon") }
func ParseLimit(s string) (Limit, error)                           { panic("soon") }
