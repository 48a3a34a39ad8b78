package worklist

// Any returns the watch keys of one unit's worklist.
func Any(unit string) []string { return []string{"holder:" + unit} }
