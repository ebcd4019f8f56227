//go:build !linux

package load

import (
	"errors"
	"io"
)

var errLinux = errors.New("the load players need Linux's epoll")

// Run plays a scene and measures.
func Run(Options) (*Report, error) { return nil, errLinux }

func broadcast(float64, io.Reader, io.Writer) error { return errLinux }
