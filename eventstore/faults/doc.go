// Package faults breaks the ground under a ledger and asks what is left of its
// promises. It has no code but tests; [gridcommand/eventstore/faults/disk] is the disk
// that fails for them.
//
// The same few promises are asked after each fault, by one function (see ledger_test.go):
//
//	I1   what was acknowledged is there once, whole, in its place
//	I2   what was refused is not there
//	I3   positions and versions are dense, every fact reads as it was given
//	I9   files and goroutines are given back
//	I10  the time to open anew, which is reported
//	I11  a refusal says why
//	I12  what has no answer is settled by asking again under the same key
//
// I4 and I5, which are about views and rules, are asked of the whole program, killed
// under load, by TestKilledUnderLoad in cmd/gridcommand.
//
// The short forms run with every test. `make faults` runs the long ones and, as root,
// those that need loop devices, small file systems and strace; it ends with a table of
// what was done and what the machine lacks.
package faults
