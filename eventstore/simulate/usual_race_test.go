//go:build race

package simulate

// usual is small under the race detector, which makes SQLite, translated to Go, slow. It
// sees the same goroutines meet in each run.
const usual = 10
