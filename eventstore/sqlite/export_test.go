package sqlite

// Forget makes the writer remember only a few stream versions. Nothing may be
// under way.
func Forget(s *Store, keep int) { s.writer.versions = newVersions(keep) }

// LimitLog makes the writer cut its log at a size.
// Nothing may be under way.
func LimitLog(s *Store, size int64) { s.writer.log.limit = size }
