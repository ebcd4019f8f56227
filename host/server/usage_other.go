//go:build !unix

package server

// cpuSeconds is not known on this kind of machine.
func cpuSeconds() float64 { return 0 }

// residentBytes is not known on this kind of machine.
func residentBytes() int64 { return 0 }

// diskFree is not known on this kind of machine.
func diskFree(string) (free, size uint64, ok bool) { return 0, 0, false }

// fileLimit is not known on this kind of machine.
func fileLimit() uint64 { return 0 }
