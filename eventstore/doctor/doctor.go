// Package doctor looks at what a ledger stands on — PostgreSQL's settings, SQLite's
// files, the disk, the clock — for what would break its promises.
//
// A [Finding] that fails is a promise that cannot be kept: facts would be acknowledged
// that a power cut takes away, or could not be stored at all. One that warns is a promise
// that hangs by less than it should. Nothing is changed by looking.
package doctor

import "fmt"

// A Level says how bad a finding is.
type Level string

// The levels.
const (
	OK   Level = "OK"
	Warn Level = "WARN"
	Fail Level = "FAIL"
)

// A Text is in Chinese and English.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// A Finding is what one check saw.
type Finding struct {
	Check string `json:"check"` // e.g. "postgres.fsync"; never changed
	Level Level  `json:"level"`
	What  Text   `json:"what"`
	Do    Text   `json:"do,omitzero"` // what to do about it
	// Harmless tells that one may serve all the same: somebody may know better, and
	// nothing that was acknowledged hangs on it.
	Harmless bool `json:"harmless,omitempty"`
}

func ok(check, zh, en string, args ...any) Finding { return finding(check, OK, zh, en, args...) }

func finding(check string, level Level, zh, en string, args ...any) Finding {
	return Finding{Check: check, Level: level, What: Text{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}}
}

// do adds what to do.
func (f Finding) do(zh, en string) Finding {
	f.Do = Text{zh, en}
	return f
}

func (f Finding) harmless() Finding {
	f.Harmless = true
	return f
}
