package main

// BenchCmd measures, each time beside the raw limit of the same run.
type BenchCmd struct{}
