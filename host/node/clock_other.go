//go:build !linux

package node

import "time"

// Boottime is the time since the process was started, by a clock that nobody sets. It may
// stand still while the machine is suspended.
func Boottime() time.Duration { return time.Since(began) }
