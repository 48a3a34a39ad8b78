package workflow

import (
	"fmt"
	"time"

	"gridcommand/eventstore"
)

// Options say how a command is to be done. The zero value is a plain command
// given now.
type Options struct {
	Key           eventstore.Key // makes it happen at most once; zero: no key
	ExpectVersion int64          // the version the caller saw; 0: any
	At            time.Time      // ledger time of the command; zero: now
	Correlation   string         // the request that began it all
	Causation     string         // the fact or command that led here
}

// An Outcome is what became of a command.
type Outcome struct {
	ID       string              // of the incident; a replayed report's is the first one's
	Records  []eventstore.Record // the incident's whole stream, as it is now
	Position eventstore.Position // of the last fact this command added; with Nothing, of the incident's last fact
	Version  int64               // of the incident, as it is now
	Replayed bool                // the key was known; nothing was added
	Nothing  bool                // a repeat: its effect was already there
}

// A VersionError says that the incident is at another version than the caller saw.
type VersionError struct{ Have int64 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("workflow: the incident is at version %d", e.Have)
}
