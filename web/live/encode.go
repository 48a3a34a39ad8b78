package live

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A body is a frame without the watch's own number, which many watches share.
type body struct {
	to    eventstore.Position
	empty bool // nothing changed for this watch
	text  []byte
}

// A cache keeps the bodies made at one position of a view, by question, so that a
// thousand equal watches cost one encoding.
type cache struct {
	mu  sync.Mutex
	at  eventstore.Position
	had map[string]*entry
}

type entry struct {
	once sync.Once
	body body
	err  error
}

// cacheSize bounds the bodies kept for one position.
const cacheSize = 512

func (c *cache) get(at eventstore.Position, question string, make func() (body, error)) (body, error) {
	c.mu.Lock()
	if c.at != at || len(c.had) > cacheSize {
		c.at, c.had = at, map[string]*entry{}
	}
	e := c.had[question]
	if e == nil {
		e = &entry{}
		c.had[question] = e
	}
	c.mu.Unlock()
	e.once.Do(func() { e.body, e.err = make() })
	return e.body, e.err
}

func question(any, scope []string, from eventstore.Position) string {
	return strings.Join(any, "\x00") + "\x01" + strings.Join(scope, "\x00") + "\x01" + strconv.FormatInt(int64(from), 10)
}

// frameBody encodes (from, to].
func frameBody(from eventstore.Position, d projections.Delta) body {
	var b bytes.Buffer
	b.WriteString(`,"from":`)
	b.WriteString(strconv.FormatInt(int64(from), 10))
	b.WriteString(`,"to":`)
	b.WriteString(strconv.FormatInt(int64(d.To), 10))
	if len(d.Put) > 0 {
		b.WriteString(`,"put":`)
		writeItems(&b, d.Put)
	}
	if len(d.Gone) > 0 {
		b.WriteString(`,"gone":`)
		gone, _ := json.Marshal(d.Gone) // strings always encode
		b.Write(gone)
	}
	b.WriteByte('}')
	return body{to: d.To, empty: len(d.Put)+len(d.Gone) == 0, text: b.Bytes()}
}

func writeItems(b *bytes.Buffer, items []projections.Item) {
	b.WriteByte('[')
	for i, it := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(it.Data)
	}
	b.WriteByte(']')
}

// frame puts the watch's number and the ledger's time before a body that many share.
func frame(op string, id int64, now time.Time, speed float64, rest []byte) []byte {
	out := make([]byte, 0, len(rest)+96)
	out = append(out, `{"op":"`...)
	out = append(out, op...)
	out = append(out, `","id":`...)
	out = strconv.AppendInt(out, id, 10)
	out = append(out, `,"at":"`...)
	out = now.UTC().AppendFormat(out, time.RFC3339Nano)
	out = append(out, `","speed":`...)
	out = strconv.AppendFloat(out, speed, 'g', -1, 64)
	return append(out, rest...)
}

// snapshotParts encodes a snapshot in messages of bounded size; all say the same position.
func snapshotParts(id int64, epoch string, s projections.Snapshot, now time.Time, speed float64) [][]byte {
	var groups [][]projections.Item
	size, first := 0, 0
	for i, it := range s.Items {
		if size += len(it.Data) + 1; size > partBytes && i > first {
			groups = append(groups, s.Items[first:i])
			first, size = i, len(it.Data)
		}
	}
	groups = append(groups, s.Items[first:])
	parts := make([][]byte, len(groups))
	for i, g := range groups {
		var b bytes.Buffer
		b.WriteString(`,"epoch":`)
		text, _ := json.Marshal(epoch)
		b.Write(text)
		b.WriteString(`,"position":`)
		b.WriteString(strconv.FormatInt(int64(s.Position), 10))
		b.WriteString(`,"part":` + strconv.Itoa(i+1) + `,"of":` + strconv.Itoa(len(groups)) + `,"put":`)
		writeItems(&b, g)
		b.WriteByte('}')
		parts[i] = frame("snapshot", id, now, speed, b.Bytes())
	}
	return parts
}
