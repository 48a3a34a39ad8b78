package live

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A body is what a watch is sent at one position, without the watch's own number
// and the time, so that many watches share it.
type body struct {
	to    eventstore.Position
	empty bool     // nothing changed for this watch
	texts [][]byte // one of a frame, one for each part of a snapshot
}

// A sight stands for what a watch wants to see and what its caller may see.
type sight [sha256.Size]byte

func sightOf(any, scope []string) sight {
	h := sha256.New()
	for _, keys := range [][]string{any, scope} {
		for _, k := range keys {
			h.Write([]byte(k))
			h.Write([]byte{0})
		}
		h.Write([]byte{1})
	}
	return sight(h.Sum(nil))
}

// A question is what a body answers: all there is, or what came after a position.
type question struct {
	sight sight
	from  eventstore.Position // [everything] for a snapshot
}

const everything eventstore.Position = -1

// A cache keeps the bodies made since a view came to a position, so that a thousand
// equal watches cost one encoding.
type cache struct {
	mu   sync.Mutex
	at   eventstore.Position
	had  map[question]*entry
	size int
}

type entry struct {
	once sync.Once
	body body
	err  error
}

// cacheBytes bounds what is kept of one position.
const cacheBytes = 64 << 20

// get returns the body that answers q, made when the view stood at `at` or later.
// Failures are not kept.
func (c *cache) get(at eventstore.Position, q question, make func() (body, error)) (body, error) {
	c.mu.Lock()
	if at > c.at || c.size > cacheBytes || c.had == nil {
		c.at, c.had, c.size = max(at, c.at), map[question]*entry{}, 0
	}
	e := c.had[q]
	if e == nil {
		e = &entry{}
		c.had[q] = e
	}
	c.mu.Unlock()
	e.once.Do(func() {
		e.body, e.err = make()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.had[q] != e {
			return
		}
		if e.err != nil {
			delete(c.had, q)
		}
		for _, text := range e.body.texts {
			c.size += len(text)
		}
	})
	return e.body, e.err
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
		b.Write(quoted(d.Gone))
	}
	b.WriteByte('}')
	return body{to: d.To, empty: len(d.Put)+len(d.Gone) == 0, texts: [][]byte{b.Bytes()}}
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

// quoted returns strings, or a list of them, as JSON.
func quoted[T string | []string](v T) []byte {
	text, _ := json.Marshal(v) // strings always encode
	return text
}

// appendHead appends what stands before a body: the watch's number and the ledger's time.
func appendHead(out []byte, op string, id int64, now time.Time, speed float64) []byte {
	out = append(out, `{"op":"`...)
	out = append(out, op...)
	out = append(out, `","id":`...)
	out = strconv.AppendInt(out, id, 10)
	out = append(out, `,"at":"`...)
	out = now.UTC().AppendFormat(out, time.RFC3339Nano)
	out = append(out, `","speed":`...)
	return strconv.AppendFloat(out, speed, 'f', -1, 64)
}

// snapshotBody encodes a snapshot in parts of bounded size; all say the same position.
func snapshotBody(epoch string, s projections.Snapshot) body {
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
		b.Write(quoted(epoch))
		b.WriteString(`,"position":`)
		b.WriteString(strconv.FormatInt(int64(s.Position), 10))
		b.WriteString(`,"part":` + strconv.Itoa(i+1) + `,"of":` + strconv.Itoa(len(groups)) + `,"put":`)
		writeItems(&b, g)
		b.WriteByte('}')
		parts[i] = b.Bytes()
	}
	return body{to: s.Position, texts: parts}
}
