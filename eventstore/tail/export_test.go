package tail

// Remembered returns how many facts are in memory and how many bytes they were weighed.
func Remembered(t *Tail) (facts, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return cap(t.recent), t.weight
}
