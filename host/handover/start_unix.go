//go:build unix

package handover

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// variable tells a program that it is started to take over, and over which file.
const variable = "HOTSHARD_TAKES_OVER"

// shepherdVariable tells it which process was started first: it stands for all that follow.
const shepherdVariable = "HOTSHARD_SHEPHERD"

// Shepherd is the process that stands for this one; 0 for none.
func Shepherd() int {
	pid, _ := strconv.Atoi(os.Getenv(shepherdVariable)) // what is no number is nobody
	return pid
}

// inherited is the number of the first file that a program is given beside the usual three.
const inherited = 3

// Inherited returns the end that this program was started with; nil where nobody hands
// anything over. It is for once: what this program starts is told nothing of it.
func Inherited() (*Conn, error) {
	number := os.Getenv(variable)
	if number == "" {
		return nil, nil
	}
	_ = os.Unsetenv(variable)
	f := os.NewFile(inherited, "handover")
	defer f.Close()
	c, err := Over(f)
	if err != nil {
		return nil, fmt.Errorf("%s is set, and nobody hands over: %w", variable, err)
	}
	return c, nil
}

// Heir is a program that was started to take over.
type Heir struct {
	*Conn
	cmd   *exec.Cmd
	ended chan struct{} // closed when err is set
	err   error
}

// Start starts a program, with the arguments of this one and an environment without the
// variables named. What it writes goes where this process's output goes.
func Start(path string, args []string, without ...string) (*Heir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	here, there, err := Pair()
	if err != nil {
		return nil, err
	}
	defer there.Close()
	h := &Heir{Conn: here, ended: make(chan struct{})}
	h.cmd = exec.Command(path, args...)
	h.cmd.Stdin, h.cmd.Stdout, h.cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	h.cmd.ExtraFiles = []*os.File{there}
	h.cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(without, name)
	}), fmt.Sprintf("%s=%d", variable, inherited))
	if Shepherd() == 0 {
		h.cmd.Env = append(h.cmd.Env, fmt.Sprintf("%s=%d", shepherdVariable, os.Getpid()))
	}
	if err := h.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s cannot be started: %w", path, err), here.Close())
	}
	go func() {
		h.err = h.cmd.Wait()
		close(h.ended)
	}()
	return h, nil
}

// PID is its number.
func (h *Heir) PID() int { return h.cmd.Process.Pid }

// Ended is closed when it has ended.
func (h *Heir) Ended() <-chan struct{} { return h.ended }

// Why says how it has ended.
func (h *Heir) Why() error {
	<-h.ended
	if h.err == nil {
		return errors.New("it ended without a word")
	}
	return fmt.Errorf("it ended: %w", h.err)
}

// Kill ends it, whatever it does, and returns when it is no more. What it has sent can
// still be received.
func (h *Heir) Kill() {
	_ = h.cmd.Process.Kill() // it may be gone by itself
	<-h.ended
}
