package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// What a message says beside its payload.
const (
	metaIncident    = "incident"
	metaPosition    = "position"
	metaVersion     = "version"
	metaType        = "type"
	metaAt          = "at" // unix microseconds
	metaCorrelation = "correlation_id"
)

// timerType is the type of messages that are timers and not facts.
const timerType = "timer"

// newMessage returns r as a message.
func newMessage(ctx context.Context, r eventstore.Record) *message.Message {
	position := strconv.FormatInt(int64(r.Position), 10)
	m := message.NewMessageWithContext(ctx, position, r.Data)
	m.Metadata = message.Metadata{
		metaIncident:    r.Stream.ID(),
		metaPosition:    position,
		metaVersion:     strconv.FormatInt(int64(r.Version), 10),
		metaType:        r.Type,
		metaAt:          strconv.FormatInt(r.At.UnixMicro(), 10),
		metaCorrelation: r.Meta.Correlation,
	}
	return m
}

// factOf returns the fact that m is, without its actor and cause.
func factOf(m *message.Message) (eventstore.Record, error) {
	version, err := strconv.ParseInt(m.Metadata[metaVersion], 10, 64)
	if err != nil {
		return eventstore.Record{}, fmt.Errorf("workflow: message %s: %w", m.UUID, err)
	}
	at, err := strconv.ParseInt(m.Metadata[metaAt], 10, 64)
	if err != nil {
		return eventstore.Record{}, fmt.Errorf("workflow: message %s: %w", m.UUID, err)
	}
	p, err := positionOf(m)
	return eventstore.Record{
		Position: p,
		Stream:   eventstore.StreamOf(Category, m.Metadata[metaIncident]),
		Version:  eventstore.Version(version),
		Type:     m.Metadata[metaType],
		At:       time.UnixMicro(at).UTC(),
		Data:     m.Payload,
		Meta:     eventstore.Meta{Correlation: m.Metadata[metaCorrelation]},
	}, err
}

func positionOf(m *message.Message) (eventstore.Position, error) {
	p, err := strconv.ParseInt(m.Metadata[metaPosition], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("workflow: message %s: %w", m.UUID, err)
	}
	return eventstore.Position(p), nil
}

// A timerText is a timer as a message carries it and a parked row keeps it.
type timerText struct {
	Clock incident.Clock `json:"clock"`
	Kind  string         `json:"kind"`
	At    time.Time      `json:"at"`
	Due   time.Time      `json:"due"`
}

// newTimerMessage returns a timer of the incident id, set by the fact at p, as a message.
func newTimerMessage(ctx context.Context, id string, p eventstore.Position, t incident.Timer) *message.Message {
	text, err := json.Marshal(timerText(t))
	if err != nil {
		panic(err) // texts and times of the published calendar always marshal
	}
	return timerMessage(ctx, id, p, text)
}

func timerMessage(ctx context.Context, id string, p eventstore.Position, text []byte) *message.Message {
	position := strconv.FormatInt(int64(p), 10)
	m := message.NewMessageWithContext(ctx, position, text)
	m.Metadata = message.Metadata{metaIncident: id, metaPosition: position, metaType: timerType}
	return m
}

// timerOf returns the timer that m is.
func timerOf(m *message.Message) (incident.Timer, error) {
	var t timerText
	if err := json.Unmarshal(m.Payload, &t); err != nil {
		return incident.Timer{}, fmt.Errorf("workflow: timer %s: %w", m.UUID, err)
	}
	return incident.Timer(t), nil
}
