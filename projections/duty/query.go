package duty

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"gridcommand/domain/campaign"
	"gridcommand/domain/duty"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A Handover is one change of shifts as it stands.
type Handover struct {
	Prepared duty.Prepared             `json:"prepared"`
	Digest   string                    `json:"digest"`
	Signed   map[duty.Side]duty.Signed `json:"signed"`
}

// A Stand is where the view stood when it answered.
type Stand struct {
	Position eventstore.Position
	At       time.Time // of the last fact folded
}

func (v *View) read(ctx context.Context, f func(tx *sql.Tx) error) (Stand, error) {
	var s Stand
	err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		s = Stand{position, at}
		return f(tx)
	})
	return s, err
}

// Rosters returns the rosters of a desk that begin on days from to to, both included.
func (v *View) Rosters(ctx context.Context, desk, from, to string) ([]duty.Rostered, Stand, error) {
	var all []duty.Rostered
	stand, err := v.read(ctx, func(tx *sql.Tx) (err error) {
		all, err = list[duty.Rostered](ctx, tx, `SELECT data FROM duty_turns WHERE desk = $1 AND day >= $2 AND day <= $3 ORDER BY day, shift`, desk, from, to)
		return err
	})
	return all, stand, err
}

// Handover returns one change of shifts.
func (v *View) Handover(ctx context.Context, id string) (Handover, bool, Stand, error) {
	var h Handover
	var found bool
	stand, err := v.read(ctx, func(tx *sql.Tx) (err error) {
		h, found, err = one[Handover](ctx, tx, `SELECT data FROM duty_handovers WHERE id = $1`, id)
		return err
	})
	return h, found, stand, err
}

// Handovers returns the changes of shifts at a desk before a moment, the last first.
func (v *View) Handovers(ctx context.Context, desk string, before time.Time, limit int) ([]Handover, Stand, error) {
	var all []Handover
	stand, err := v.read(ctx, func(tx *sql.Tx) (err error) {
		all, err = list[Handover](ctx, tx, `SELECT data FROM duty_handovers WHERE desk = $1 AND moment < $2 ORDER BY moment DESC LIMIT $3`,
			desk, before.UnixMicro(), limit)
		return err
	})
	return all, stand, err
}

func list[T any](ctx context.Context, tx *sql.Tx, query string, args ...any) ([]T, error) {
	var all []T
	err := projections.Scan(ctx, tx, query, args, func(rows *sql.Rows) error {
		var text string
		var x T
		if err := rows.Scan(&text); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(text), &x)
		all = append(all, x)
		return err
	})
	return all, err
}

// A Patrol is one inspector's day.
type Patrol struct {
	Inspector string
	Day       string
	Unit      string // community
	Stints    []patrol.Stint
	Fixes     int
	Last      time.Time // of the last fix; zero: none
	Grids     int       // walked
	Seconds   int       // in them
}

// On tells whether the inspector is on duty at t.
func (p Patrol) On(t time.Time) bool { return patrol.State{Stints: p.Stints}.On(t) }

const patrolColumns = `SELECT p.inspector, p.day, p.unit, p.stints, p.fixes, p.last,
	(SELECT COUNT(*) FROM duty_coverage c WHERE c.inspector = p.inspector AND c.day = p.day),
	(SELECT CAST(COALESCE(SUM(c.seconds), 0) AS BIGINT) FROM duty_coverage c WHERE c.inspector = p.inspector AND c.day = p.day) FROM duty_patrols p `

func patrols(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]Patrol, error) {
	var all []Patrol
	err := projections.Scan(ctx, tx, patrolColumns+where, args, func(rows *sql.Rows) error {
		var p Patrol
		var stints string
		var last int64
		if err := rows.Scan(&p.Inspector, &p.Day, &p.Unit, &stints, &p.Fixes, &last, &p.Grids, &p.Seconds); err != nil {
			return err
		}
		if last > 0 {
			p.Last = time.UnixMicro(last).UTC()
		}
		err := json.Unmarshal([]byte(stints), &p.Stints)
		all = append(all, p)
		return err
	})
	return all, err
}

// Patrols returns everybody's day in an area of 6, 9 or 12 digits.
func (v *View) Patrols(ctx context.Context, day, area string) ([]Patrol, Stand, error) {
	var all []Patrol
	stand, err := v.read(ctx, func(tx *sql.Tx) (err error) {
		all, err = patrols(ctx, tx, `WHERE p.day = $1 AND p.unit >= $2 AND p.unit < $3 ORDER BY p.unit, p.inspector`, day, area, after(area))
		return err
	})
	return all, stand, err
}

// after is the first text behind all that begin with a code of digits.
func after(code string) string { return code + ":" }

// Track returns an inspector's day with its fixes, by time.
func (v *View) Track(ctx context.Context, inspector, day string) (Patrol, []patrol.Fix, bool, Stand, error) {
	var p Patrol
	var fixes []patrol.Fix
	found := false
	stand, err := v.read(ctx, func(tx *sql.Tx) error {
		all, err := patrols(ctx, tx, `WHERE p.inspector = $1 AND p.day = $2`, inspector, day)
		if err != nil || len(all) == 0 {
			return err
		}
		p, found = all[0], true
		fixes, err = fixesOf(ctx, tx, walk{inspector, day})
		return err
	})
	return p, fixes, found, stand, err
}

// A Covered is what was walked of one grid on a day, by all inspectors together.
type Covered struct {
	Grid    string
	Visits  int
	Seconds int
	First   time.Time
	Last    time.Time
}

// Coverage returns the grids of an area that were walked on a day, by code.
func (v *View) Coverage(ctx context.Context, day, area string) ([]Covered, Stand, error) {
	var all []Covered
	stand, err := v.read(ctx, func(tx *sql.Tx) error {
		return projections.Scan(ctx, tx, `SELECT grid, CAST(SUM(visits) AS BIGINT), CAST(SUM(seconds) AS BIGINT), MIN(first), MAX(last) FROM duty_coverage
			WHERE day = $1 AND grid >= $2 AND grid < $3 GROUP BY grid ORDER BY grid`, []any{day, area, after(area)}, func(rows *sql.Rows) error {
			var c Covered
			var first, last int64
			err := rows.Scan(&c.Grid, &c.Visits, &c.Seconds, &first, &last)
			c.First, c.Last = time.UnixMicro(first).UTC(), time.UnixMicro(last).UTC()
			all = append(all, c)
			return err
		})
	})
	return all, stand, err
}

// A Campaign is one campaign with how far it has come in an area.
type Campaign struct {
	ID       string
	Launched campaign.Launched // without its cells
	Ended    time.Time         // zero: not ended by hand
	Grids    int
	Done     int
	Found    int // incidents reported
}

// StatusAt returns where it stands at t.
func (c Campaign) StatusAt(t time.Time) campaign.Status {
	s := campaign.State{Launched: &c.Launched}
	if !c.Ended.IsZero() {
		s.Ended = &campaign.Finished{}
	}
	return s.StatusAt(t)
}

// Campaigns returns the campaigns with a grid in an area, or launched by a desk, the
// last launched first. Their figures are the area's.
func (v *View) Campaigns(ctx context.Context, area, desk string) ([]Campaign, Stand, error) {
	var all []Campaign
	stand, err := v.read(ctx, func(tx *sql.Tx) error {
		return projections.Scan(ctx, tx, `SELECT c.id, c.ended, c.data, COUNT(g.grid), CAST(COALESCE(SUM(CASE WHEN g.at > 0 THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(g.incidents), 0) AS BIGINT)
			FROM duty_campaigns c LEFT JOIN duty_campaign_grids g ON g.id = c.id AND g.grid >= $1 AND g.grid < $2
			GROUP BY c.id, c.ended, c.data, c.launched ORDER BY c.launched DESC, c.id`, []any{area, after(area)}, func(rows *sql.Rows) error {
			var c Campaign
			var ended int64
			var text string
			if err := rows.Scan(&c.ID, &ended, &text, &c.Grids, &c.Done, &c.Found); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(text), &c.Launched); err != nil {
				return err
			}
			if ended > 0 {
				c.Ended = time.UnixMicro(ended).UTC()
			}
			if c.Grids > 0 || c.Launched.Desk == desk {
				all = append(all, c)
			}
			return nil
		})
	})
	return all, stand, err
}

// A Task is a grid that a running campaign waits for.
type Task struct {
	Campaign Campaign
	Grid     string
}

// Waiting returns the grids of a community that running campaigns wait for.
func (v *View) Waiting(ctx context.Context, community string, at time.Time) ([]Task, Stand, error) {
	var all []Task
	stand, err := v.read(ctx, func(tx *sql.Tx) error {
		return projections.Scan(ctx, tx, `SELECT c.id, c.data, g.grid FROM duty_campaign_grids g JOIN duty_campaigns c ON c.id = g.id
			WHERE g.grid >= $1 AND g.grid < $2 AND g.at = 0 AND c.ended = 0 AND c.begins <= $3 AND c.until > $3 ORDER BY c.until, c.id, g.grid`,
			[]any{community, after(community), at.UnixMicro()}, func(rows *sql.Rows) error {
				var t Task
				var text string
				if err := rows.Scan(&t.Campaign.ID, &text, &t.Grid); err != nil {
					return err
				}
				err := json.Unmarshal([]byte(text), &t.Campaign.Launched)
				all = append(all, t)
				return err
			})
	})
	return all, stand, err
}
