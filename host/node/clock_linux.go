package node

import (
	"time"

	"golang.org/x/sys/unix"
)

// Boottime is the time since the machine was started. Nobody sets it, and it goes on while the
// machine is suspended: Go's own clock stands still then, and a lease with it.
func Boottime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return time.Since(began) // a kernel from before 2011
	}
	return time.Duration(t.Nano())
}
