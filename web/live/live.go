// Package live tells browsers what changed, over websockets.
//
// What it keeps true for every watch of every socket:
//
//   - A frame covers (from, to], and from is always the last to: a client that
//     applies frames in order misses nothing, or is told to start anew.
//   - A frame carries all changes of the positions it covers, only what the
//     caller may see at that moment, and of each item only the latest state.
//   - What waits for a slow reader is bounded by the number of items, not by time:
//     nothing is queued; the next frame covers what was missed. A socket that takes
//     no bytes at all is closed.
//   - One goroutine reads a socket and one writes to it; both end with it.
//   - Whoever is sent away hears why: a bye frame, then the close frame.
package live

import (
	"context"
	"log/slog"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections"
)

// Subprotocol is what the two sides speak.
const Subprotocol = "gridcommand.1"

// Close codes. Those marked so may come back; the others must not.
const (
	closeDone      = 1000 // the client closed
	closeGoingAway = 1001 // come back
	closeProtocol  = 1002 // what came was no websocket frame
	closeRestart   = 1012 // come back
	closeBadFrame  = 4400
	closeNoSession = 4401 // ticket or session over
	closeScope     = 4403
	closeSlow      = 4408 // come back
	closeTooMany   = 4429 // come back, later

	closeGone = 1006 // never written: there is nobody to read it
)

func comesBack(code int) bool {
	return code == closeGoingAway || code == closeRestart || code == closeSlow || code == closeTooMany
}

// Deps is what a [Hub] works with.
type Deps struct {
	Views  map[string]projections.Live                                                   // by the name watches use: picture, worklist, wall
	Redeem func(ctx context.Context, ticket string) (jurisdiction.Person, string, error) // whose it was, of which session
	Active func(ctx context.Context, sessionID string) (bool, error)                     // asked every second
	Scope  func(jurisdiction.Person) []string                                            // visibility keys, as they are now
	Book   func() *jurisdiction.Book                                                     // as it is now
	Head   func(ctx context.Context) (eventstore.Position, error)
	People *People // nil: nobody's whereabouts are shown
	Epoch  string
	Now    func() time.Time // the ledger's clock
	Speed  func() float64
	Log    *slog.Logger // nil: silent
	Limits Limits
}

// Limits bound what one client can ask of the server. Zero fields take the value
// in the comment.
type Limits struct {
	SocketsPerAccount int           // 64; protects memory from one runaway page
	Sockets           int           // 20,000
	Watches           int           // 16 on one socket
	Cells             int           // 1,024 in one watch
	FrameBytes        int64         // 64 KiB from a client
	MessagesPerMinute int           // 100 from a client
	WriteWait         time.Duration // 5 s: a socket that takes no byte for so long is closed with 4408; as long again to hear so
	Every             time.Duration // 250 ms: at most one frame per watch in that time
	Heartbeat         time.Duration // 10 s between empty frames and pings
	HelloWait         time.Duration // 10 s for the first frame
	Linger            time.Duration // 1 s for the client to close too
}

func (l Limits) withDefaults() Limits {
	or := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	span := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	or(&l.SocketsPerAccount, 64)
	or(&l.Sockets, 20_000)
	or(&l.Watches, 16)
	or(&l.Cells, 1024)
	or(&l.MessagesPerMinute, 100)
	if l.FrameBytes == 0 {
		l.FrameBytes = 64 << 10
	}
	span(&l.WriteWait, 5*time.Second)
	span(&l.Every, 250*time.Millisecond)
	span(&l.Heartbeat, 10*time.Second)
	span(&l.HelloWait, 10*time.Second)
	span(&l.Linger, time.Second)
	return l
}

// quiet is how long a watch may stand still behind the view when nothing in
// it changed: "you are up to date" comes within a second.
const quiet = 900 * time.Millisecond

// partBytes bounds one message of a snapshot.
const partBytes = 512 << 10
