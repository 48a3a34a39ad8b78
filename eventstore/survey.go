package eventstore

import (
	"context"
	"time"
)

// A Survey is a ledger counted: for operators, not for rules.
type Survey struct {
	Counts     []Count // in no order
	Keys       int64   // remembered
	Bytes      int64   // on disk, as the database keeps it; 0: unknown
	Partitions int     // tables that the facts are cut into; 0: they are not
	Detached   int     // of those, put aside: their facts are not counted
}

// A Count is how many facts of one type came true on one day.
type Count struct {
	Category string
	Type     string
	Day      time.Time // midnight, in the zone asked for
	Facts    int64
	Streams  int64 // begun by one of these facts
}

// A Surveyor counts its facts in the database, without handing them over.
type Surveyor interface {
	// Survey counts the facts that are durable, by days whose zone is offset east of UTC.
	Survey(ctx context.Context, offset time.Duration) (Survey, error)
}

const microsOfDay = int64(24 * time.Hour / time.Microsecond)

// DayOf returns midnight of the nth day since 1970 in a zone offset east of UTC.
func DayOf(n int64, offset time.Duration) time.Time {
	return time.UnixMicro(n*microsOfDay - offset.Microseconds()).In(time.FixedZone("", int(offset/time.Second)))
}
