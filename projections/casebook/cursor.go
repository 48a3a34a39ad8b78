package casebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
)

// cursor is the place in a list after which the next page begins. It opens no
// door: the caller's scope is asked anew for every page.
type cursor struct {
	Sort   string `json:"s"`
	Number string `json:"n,omitempty"` // of the last row, when sorted by number
	Value  int64  `json:"v,omitempty"` // of the last row's sort column otherwise
	First  int64  `json:"f"`           // of the last row
	Digest string `json:"d"`           // of the filters it belongs to
}

// text returns c as it travels: its JSON and a sum of it that shows tampering.
func (c cursor) text() string {
	body, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return base64.RawURLEncoding.EncodeToString(append(sumOf(body), body...))
}

const sumSize = 12

func sumOf(body []byte) []byte {
	sum := sha256.Sum256(append([]byte("casebook cursor\n"), body...))
	return sum[:sumSize]
}

// cursorOf reads what text wrote, for the list with this order and digest.
func cursorOf(text, sort, digest string) (cursor, error) {
	var c cursor
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	switch {
	case err != nil || len(data) <= sumSize || !bytes.Equal(data[:sumSize], sumOf(data[sumSize:])):
		return c, &QueryError{"cursor", "This is no cursor that a list gave."}
	case json.Unmarshal(data[sumSize:], &c) != nil:
		return c, &QueryError{"cursor", "This is no cursor that a list gave."}
	case c.Sort != sort || c.Digest != digest:
		return c, &QueryError{"cursor", "The cursor belongs to a list with other filters or another order."}
	}
	return c, nil
}

// digest tells lists with other filters apart.
func (q Query) digest() string {
	q.Cursor, q.Limit, q.Sort, q.Scope = "", 0, "", nil
	data, err := json.Marshal(q)
	if err != nil {
		panic(err) // a query holds nothing that does not marshal
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
