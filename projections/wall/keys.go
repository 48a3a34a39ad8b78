package wall

// Any returns the watch keys of the wall of a scope: the district's code or a street's.
func Any(scope string) []string { return []string{"wall:" + scope} }
