package meters

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	ofFollower = []string{"kind", "follower"}

	headFigure     = prometheus.NewDesc("gridcommand_ledger_head", "Position of the ledger's last fact.", nil, nil)
	upFigure       = prometheus.NewDesc("gridcommand_ledger_up", "1 if the ledger says where its head is, else 0.", nil, nil)
	positionFigure = prometheus.NewDesc("gridcommand_follower_position", "How far a view or handler has come.", ofFollower, nil)
	lagFigure      = prometheus.NewDesc("gridcommand_follower_lag_facts", "Facts a view or handler has still to take in.", ofFollower, nil)
	behindFigure   = prometheus.NewDesc("gridcommand_follower_lag_seconds", "How long the oldest fact a view or handler has still to take in has been waiting; exact to a second.", ofFollower, nil)
	stoppedFigure  = prometheus.NewDesc("gridcommand_follower_stopped", "1 if a view or handler stands still until somebody acts.", ofFollower, nil)
	failingFigure  = prometheus.NewDesc("gridcommand_follower_failing", "1 if a view's last attempt failed; it tries again by itself.", ofFollower, nil)
	parkedFigure   = prometheus.NewDesc("gridcommand_handler_parked_facts", "Facts that a handler could not cope with and that wait for an operator.", []string{"follower"}, nil)

	sealFigure       = prometheus.NewDesc("gridcommand_seal_position", "Up to which position the ledger is sealed by a signed checkpoint.", nil, nil)
	sealLagFigure    = prometheus.NewDesc("gridcommand_seal_lag_facts", "Facts that no signed checkpoint covers yet.", nil, nil)
	sealBehindFigure = prometheus.NewDesc("gridcommand_seal_lag_seconds", "How long the oldest fact that no signed checkpoint covers has been waiting; exact to a second.", nil, nil)

	sealStoppedFigure = prometheus.NewDesc("gridcommand_seal_stopped", "1 if nothing more is sealed until somebody acts.", nil, nil)

	readersFigure   = prometheus.NewDesc("gridcommand_tail_readers", "Readers that wait at the shared end of the ledger.", nil, nil)
	bufferFigure    = prometheus.NewDesc("gridcommand_tail_buffer_facts", "Facts in the buffer that readers near the head share.", nil, nil)
	bufferByteSize  = prometheus.NewDesc("gridcommand_tail_buffer_bytes", "Memory taken by the facts in the shared buffer.", nil, nil)
	listeningFigure = prometheus.NewDesc("gridcommand_listen_connected", "1 if notifications of PostgreSQL arrive; else those who wait poll.", nil, nil)

	socketsFigure = prometheus.NewDesc("gridcommand_live_sockets", "Open websockets.", nil, nil)
	framesFigure  = prometheus.NewDesc("gridcommand_live_frames_total", "Frames sent to websockets.", nil, nil)
	slowFigure    = prometheus.NewDesc("gridcommand_live_slow_total", "Websockets closed because their reader was too slow.", nil, nil)

	freeFigure  = prometheus.NewDesc("gridcommand_data_free_bytes", "Bytes free for the program on the disk of the data folder.", nil, nil)
	spaceFigure = prometheus.NewDesc("gridcommand_data_size_bytes", "Size of the disk of the data folder.", nil, nil)
)

// Describe and Collect make a Center a [prometheus.Collector].
func (c *Center) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		headFigure, upFigure, positionFigure, lagFigure, behindFigure, stoppedFigure, failingFigure, parkedFigure,
		sealFigure, sealLagFigure, sealBehindFigure, sealStoppedFigure, readersFigure, bufferFigure, bufferByteSize, listeningFigure,
		socketsFigure, framesFigure, slowFigure, freeFigure, spaceFigure,
	} {
		ch <- d
	}
}

// Collect reads the source. While the ledger does not answer, only what needs its head
// is missing.
func (c *Center) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v int64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Positions first: a head read after them is not before them.
	followers := c.from.Followers()
	sealed, seal := c.from.Seal != nil, Seal{}
	if sealed {
		seal = c.from.Seal()
		gauge(sealFigure, float64(seal.Position))
		gauge(sealStoppedFigure, one(seal.Stopped))
	}
	head, err := c.from.Head(ctx)
	now := c.from.Now()
	gauge(upFigure, one(err == nil))
	if err == nil {
		c.heads.see(head, now)
		gauge(headFigure, float64(head))
		if sealed {
			gauge(sealLagFigure, float64(max(0, head-seal.Position)))
		}
	}
	if sealed {
		gauge(sealBehindFigure, c.heads.behind(seal.Position, now).Seconds())
	}
	for _, f := range followers {
		gauge(positionFigure, float64(f.Position), f.Kind, f.Name)
		if err == nil {
			gauge(lagFigure, float64(max(0, head-f.Position)), f.Kind, f.Name)
		}
		gauge(behindFigure, c.heads.behind(f.Position, now).Seconds(), f.Kind, f.Name)
		gauge(stoppedFigure, one(f.Stopped), f.Kind, f.Name)
		gauge(failingFigure, one(f.Failing), f.Kind, f.Name)
		if f.Kind == "handler" {
			gauge(parkedFigure, float64(f.Parked), f.Name)
		}
	}
	if c.from.Tail != nil {
		t := c.from.Tail()
		gauge(readersFigure, float64(t.Readers))
		gauge(bufferFigure, float64(t.Facts))
		gauge(bufferByteSize, float64(t.Bytes))
	}
	if c.from.Listening != nil {
		gauge(listeningFigure, one(c.from.Listening()))
	}
	s := c.from.Sockets()
	gauge(socketsFigure, float64(s.Open))
	counter(framesFigure, s.Frames)
	counter(slowFigure, s.Slow)
	if free, size, err := space(c.from.Folder); err == nil {
		gauge(freeFigure, free)
		gauge(spaceFigure, size)
	}
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
