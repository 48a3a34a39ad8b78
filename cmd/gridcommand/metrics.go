package main

import (
	"gridcommand/eventstore/tail"
	"gridcommand/projections"
	"gridcommand/web/meters"
)

// shared puts before the ledger what counts its appends, and before that the memory of
// its newest facts.
func (m *center) shared() {
	if m.meter == nil {
		m.meter = meters.NewLedger()
	}
	m.tail = tail.New(m.meter.Over(m.ledger), nil)
	m.ledger = m.tail
}

// source is what Prometheus is told of this center.
func (m *center) source() meters.Source {
	return meters.Source{
		Head:      m.ledger.Head,
		Followers: m.followers,
		Sockets: func() meters.Sockets {
			var s meters.Sockets
			s.Open, s.Frames, s.Slow = m.hub.Stats()
			return s
		},
		Tail: func() meters.Tail {
			var t meters.Tail
			t.Readers, t.Facts, t.Bytes = m.tail.Held()
			return t
		},
		Seal: func() meters.Seal {
			s := m.sealer.Status()
			return meters.Seal{Position: s.Sealed, Stopped: s.Stopped != ""}
		},
		Folder:    m.place.dir,
		Listening: m.listening,
	}
}

// followers are the views and those handlers that run in this process.
func (m *center) followers() []meters.Follower {
	var all []meters.Follower
	for _, r := range m.runners {
		s := r.Status()
		all = append(all, meters.Follower{
			Kind: "view", Name: s.View, Position: s.Position,
			Stopped: s.State == projections.Stopped, Failing: s.State == projections.Failing,
		})
	}
	for _, h := range m.service.Handlers() {
		if !h.Elsewhere {
			all = append(all, meters.Follower{Kind: "handler", Name: h.Name, Position: h.Checkpoint, Stopped: h.Stopped != "", Parked: h.Parked})
		}
	}
	return all
}
