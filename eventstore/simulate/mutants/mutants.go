package main

// A mutant is one thing taken out of the program, and the tests that must turn red.
type mutant struct {
	name, file string
	old, new   string   // old is in the file once
	test       []string // what is given to go test
}

// The tests of the stores, one by one.
var (
	memoryTests   = []string{"-run=TestStore|TestLinearizable", "./eventstore/memory"}
	sqliteTests   = []string{"-run=TestStore$|TestLinearizable", "./eventstore/sqlite"}
	postgresTests = []string{"-run=TestStore|TestLinearizable", "./eventstore/postgres"}
	simulation    = []string{"-run=TestSeeds$", "./eventstore/simulate", "-seeds=40"}
)

var mutants = []mutant{
	// Syncs.
	{"sqlite: a commit does not wait for the disk", "eventstore/sqldb/sqlite.go",
		`"synchronous(FULL)",`, `"synchronous(OFF)",`, simulation},
	{"sqlite: what a killed process wrote is not synced", "eventstore/sqlite/sqlite.go",
		`if err := settle(ctx, dir, s.db); err != nil {`, `if err := error(nil); err != nil {`,
		[]string{"-run=TestWhatIsReadAfterAKillIsDurable", "./eventstore/faults/disk"}},
	{"sqlite: after a disk error appends go on", "eventstore/sqlite/write.go",
		"	if w.failed != nil {\n", "	if false {\n", []string{"-run=TestAfterADiskError", "./eventstore/sqlite"}},
	{"sqlite: room missing at the commit is said to store nothing", "eventstore/sqlite/write.go",
		`if errors.Is(err, errCommitting) {`, `if errors.Is(err, errCommitting) && false {`,
		[]string{"-run=TestWhatIsCertainlyNotStored", "./eventstore/simulate"}},
	{"postgres: a commit does not wait for the disk", "eventstore/postgres/postgres.go",
		`"synchronous_commit":            "on",`, `"synchronous_commit":            "off",`,
		[]string{"-run=TestAnAppendWaitsForTheDisk", "./eventstore/postgres"}},

	// Versions.
	{"memory: expectations are not judged", "eventstore/memory/memory.go",
		`!w.Expect.Met(have)`, `!w.Expect.Met(have) && false`, memoryTests},
	{"sqlite: expectations are not judged", "eventstore/sqlite/write.go",
		`!write.Expect.Met(have) && conflict == nil`, `!write.Expect.Met(have) && conflict != nil`, sqliteTests},
	{"postgres: expectations are not judged", "eventstore/postgres/number.go",
		`!w.Expect.Met(have)`, `!w.Expect.Met(have) && false`, postgresTests},

	// Keys.
	{"memory: a key that is known is not looked at", "eventstore/memory/memory.go",
		"	case !known:\n", "	case !known || known:\n", memoryTests},
	{"sqlite: a key that is known is not looked at", "eventstore/sqlite/write.go",
		`known = n == 0`, `known = n < 0`, sqliteTests},
	{"sqlite: the digest of a key is not compared", "eventstore/sqlite/read.go",
		`case string(digest) != string(k.Digest[:]):`, `case string(digest) == "":`, sqliteTests},
	{"postgres: the digest of a key is not compared", "eventstore/postgres/number.go",
		`if a.digest != k.Digest {`, `if a.digest != k.Digest && false {`, postgresTests},

	// What readers see.
	{"sqlite: a reader sees a commit before its writer says so", "eventstore/sqlite/read.go",
		`s.writer == nil || p <= s.bell.Head()`, `true || s.writer == nil || p <= s.bell.Head()`,
		[]string{"-run=TestNobodyHears", "./eventstore/sqlite"}},

	// Density.
	{"CheckDense finds every page dense", "eventstore/eventstore.go",
		`page[i].Position != want {`, `page[i].Position != want && false {`, []string{"-run=TestFollow", "./eventstore"}},
	{"Follow does not check pages", "eventstore/follow.go",
		`err = CheckDense(after, page)`, `_ = CheckDense(after, page)`, []string{"-run=TestFollow", "./eventstore"}},
	{"the tail does not check pages", "eventstore/tail/tail.go",
		`err = eventstore.CheckDense(after, page)`, `_ = eventstore.CheckDense(after, page)`, []string{"-run=Hole", "./eventstore/tail"}},
	{"the sealer does not check pages", "eventstore/seal/seal.go",
		`err = eventstore.CheckDense(after, page)`, `_ = eventstore.CheckDense(after, page)`, []string{"-run=Hole", "./eventstore/seal"}},

	// Checkpoints.
	{"a view does not write its checkpoint", "projections/lane.go",
		`UPDATE views_checkpoint SET position = $1, at = $2 WHERE`, `UPDATE views_checkpoint SET position = position + $1 - $1, at = $2 WHERE`,
		[]string{"-run=TestA|TestW", "./projections"}},
	{"a handler does not write its checkpoint", "workflow/checkpoint.go",
		`checkpointSet, name, epoch, int64(p)`, `checkpointSet, name, epoch, int64(p)*0`,
		[]string{"-run=TestCheckpointsAreWrittenAtTheEnd|TestKilledAnywhere", "./workflow"}},
	{"the sealer does not write its checkpoint", "eventstore/seal/seal.go",
		`INSERT INTO seal_checkpoint (log, size, root, signature, at) VALUES ($1, $2, $3, $4, $5)`,
		`INSERT INTO seal_checkpoint (log, size, root, signature, at) SELECT $1, $2, $3, $4, $5 WHERE 1 = 0`, []string{"-run=TestSealing|TestGoingOn", "./eventstore/seal"}},

	// Who may.
	{"a socket from another site is let in", "web/live/hub.go",
		`strings.EqualFold(values[0], u.Scheme+"://"+r.Host)`, `(true || strings.EqualFold(values[0], u.Scheme+"://"+r.Host))`,
		[]string{"-run=TestOrigin", "./web/live"}},
	{"a write from another site is let in", "web/api/request.go",
		`byCookie && writes(r.Method) && foreign(r)`, `byCookie && writes(r.Method) && foreign(r) && false`,
		[]string{"-run=TestCrossOriginWrites", "./web/api"}},
	{"an incident is shown to everybody", "web/api/scope.go",
		`return slices.ContainsFunc(f.Keys(), func(key string) bool { return slices.Contains(scope, key) })`,
		`return true || slices.ContainsFunc(f.Keys(), func(key string) bool { return slices.Contains(scope, key) })`,
		[]string{"-run=TestEachSeesTheirOwn", "./web/api"}},
	{"a live view is shown to everybody", "projections/board.go",
		`slices.ContainsFunc(keys, func(k int32) bool { return s.scope[k] })`,
		`(true || slices.ContainsFunc(keys, func(k int32) bool { return s.scope[k] }))`,
		[]string{"-run=TestItemsOutOfScope|TestScopeIsAsked", "./web/live"}},
}
