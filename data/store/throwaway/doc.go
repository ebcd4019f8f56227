// Package throwaway starts PostgreSQL servers on this machine that end with whoever has started
// them: for tests, and for a cluster that is tried out. It takes the programs that are installed
// (Debian's postgresql), and needs no rights.
package throwaway

import "errors"

// ErrNone is that there are no programs to start.
var ErrNone = errors.New("no PostgreSQL is installed here (Debian's postgresql)")
