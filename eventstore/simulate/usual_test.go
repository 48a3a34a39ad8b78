//go:build !race

package simulate

// usual is how many seeds every test run plays.
const usual = 300
