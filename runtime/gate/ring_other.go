//go:build !(linux && (amd64 || arm64))

package gate

import "errors"

// ring is what other kernels do not have.
type ring struct{ failed bool }

func newRing(uint32) (*ring, error) { return nil, errors.New("io_uring is Linux's") }

func (*ring) send([]post) {}

func (*ring) close() {}
