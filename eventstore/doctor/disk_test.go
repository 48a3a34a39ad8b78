package doctor

import (
	"testing"
	"time"
)

func TestDisks(t *testing.T) {
	for magic, want := range map[int64]Level{0xef53: OK, 0x58465342: OK, 0x6969: Fail, 0xff534d42: Fail, -11317950: Fail, 0x01021994: Warn, overlay: Warn, 0x01021997: Warn} {
		if got := (Folder{Ledger: true}).kind(magic); got.Level != want {
			t.Errorf("%x: %s, want %s", magic, got.Level, want)
		}
	}
	if got := (Folder{}).kind(0x6969); got.Level != Warn {
		t.Errorf("photos on a network disk: %s", got.Level)
	}
}

func TestRoom(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		free, size uint64
		want       Level
	}{
		{40 * gib, 250 * gib, OK},
		{20 * gib, 250 * gib, Warn},  // 8 %
		{gib / 2, 2 * gib, Warn},     // a quarter, but little
		{gib / 2, 250 * gib, Fail},   // 0.2 % and little
		{20 * gib, 4000 * gib, Warn}, // 0.5 %, but plenty for today
		{16 << 20, 64 << 20, Fail},   // a quarter of nothing
		{0, 0, Fail},
	} {
		got := space(c.free, c.size)
		if got.Level != c.want || (got.Level == Fail) != got.Harmless {
			t.Errorf("%d of %d: %s, harmless %v, want %s", c.free, c.size, got.Level, got.Harmless, c.want)
		}
	}
	for free, want := range map[uint64]Level{5: Fail, 50: Warn, 500: OK} {
		if got := inodes(free, 1000); got.Level != want {
			t.Errorf("%d of 1000 inodes: %s, want %s", free, got.Level, want)
		}
	}
}

func TestClocksThatDisagreeAreSaid(t *testing.T) {
	for skew, want := range map[int]Level{0: OK, 4: OK, -4: OK, 60: Warn, -3600: Warn} {
		if got := clockOf(time.Duration(skew)*time.Second, 0); got.Level != want {
			t.Errorf("%d s: %s, want %s", skew, got.Level, want)
		}
	}
}
