package sqlite

// Forget makes the writer remember only a few stream versions. Nothing may be
// under way.
func Forget(s *Store, keep int) { s.writer.versions = newVersions(keep) }
