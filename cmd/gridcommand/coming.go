package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Coming is what is said of an edition that is brought in from a file.
type Coming struct {
	Effective string `help:"From when it counts, RFC 3339 (default: at once). Never in the past."`
	Version   string `help:"Name of the edition (default: the file's own, or made of the day or the content)."`
	Basis     string `help:"The document it rests on."`
	Note      string `help:"A remark kept with it."`
	DryRun    bool   `help:"Check only: print every fault with its place, or what would change."`
	JSON      bool   `name:"json"`
}

var errNoAnswer = errors.New("the running server gave no answer")

// effective is from when it counts; zero: at once.
func (c Coming) effective() (time.Time, error) {
	if c.Effective == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, c.Effective)
	if err != nil {
		return at, usagef("--effective: %q is not a time with a zone, like 2027-01-01T00:00:00+08:00", c.Effective)
	}
	return at, nil
}

// said tells what needs no more words: everything, as JSON; else what is wrong with the file.
func (c Coming) said(console *Console, file string, reply any, faults []string) (bool, error) {
	if c.JSON {
		if err := json.NewEncoder(console.Out).Encode(reply); err != nil {
			return true, err
		}
	}
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintf(console.Err, "%s: %s\n", file, f)
		}
		return true, fmt.Errorf("%d faults; nothing was brought in", len(faults))
	}
	return c.JSON, nil
}
