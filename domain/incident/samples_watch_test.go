package incident_test

import "gridcommand/domain/incident"

// watchSamples returns one event of every kind of event_watch.go with every field set.
func watchSamples() []incident.Event { return nil }
