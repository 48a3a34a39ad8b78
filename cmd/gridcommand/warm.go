package main

import (
	"context"
	"errors"
	"log/slog"

	"gridcommand/projections"
)

// warmth is a view that answers from memory.
type warmth interface{ Warm(context.Context) error }

// keepWarm has views that answer from memory read what their rows say as soon as the
// rows are there, so that no question waits for it. It ends with ctx. A question reads
// by itself what is missing: failing here costs time, and no answer.
func (m *center) keepWarm(ctx context.Context, v projections.View, r *projections.Runner) error {
	w, ok := v.(warmth)
	if !ok {
		return nil
	}
	pokes, stop := r.Subscribe()
	defer stop()
	if err := r.Open(ctx); err != nil && ctx.Err() == nil {
		m.log.WarnContext(ctx, "view is not open yet", slog.String("view", v.Name()), slog.Any("error", err))
	}
	for {
		if err := w.Warm(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, projections.ErrNotReady) {
			m.log.WarnContext(ctx, "view could not be read into memory", slog.String("view", v.Name()), slog.Any("error", err))
		}
		select {
		case <-pokes:
		case <-ctx.Done():
			return nil
		}
	}
}
