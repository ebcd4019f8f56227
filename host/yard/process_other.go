//go:build !linux

package yard

import (
	"errors"
	"os"
	"os/exec"
)

var errHeld = errors.New("a cluster is up there already")

func dieWithUs(*exec.Cmd) {}

func hold(string) (*os.File, error) {
	return nil, errors.New("a whole cluster is started by one command on Linux alone: start the nodes with serve --role")
}

func interrupt(int) error { return errors.ErrUnsupported }
