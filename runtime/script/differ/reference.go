package differ

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Bounds of one program. Generated ones stay far below; what a shrinker makes of them
// may loop for ever.
const (
	maxLines = 2_000   // printed
	maxSteps = 500_000 // of the reference's instructions, in each coroutine
	ourSteps = 10_000_000
	patience = 10 * time.Second
)

// ending is how a program ended.
type ending string

const (
	endDone    ending = "done"
	endError   ending = "error"   // the last line of the output is the error
	endSyntax  ending = "syntax"  // it did not compile; the output says why
	endOverrun ending = "overrun" // it was stopped, and says nothing about anybody's Lua
	endPanic   ending = "panic"   // Go panicked
	endHang    ending = "hang"    // it did not end in time, and nothing stopped it
)

// outcome is what came of running a program.
type outcome struct {
	end ending
	out string
}

// ErrNoReference says that there is no lua5.1 to compare with.
var ErrNoReference = errors.New("there is no lua5.1 on this machine: install it (Debian: apt-get install lua5.1)")

//go:embed reference.lua
var referenceDriver string

// reference is a lua5.1 process that runs many programs, one after another. A new
// process takes its place where one hangs or dies, and now and then for its memory.
type reference struct {
	path string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	runs int
}

// runsPerProcess bounds what one process can gather.
const runsPerProcess = 5_000

// newReference finds lua5.1; the error is ErrNoReference where it is not installed.
func newReference() (*reference, error) {
	path, err := exec.LookPath("lua5.1")
	if err != nil {
		return nil, ErrNoReference
	}
	return &reference{path: path}, nil
}

func (r *reference) start() error {
	driver := "local main = function(...) " + referenceDriver + "\nend main(" + strconv.Itoa(maxLines) + "," + strconv.Itoa(maxSteps) + ")"
	r.cmd = exec.Command(r.path, "-e", driver)
	var err error
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	r.out, r.runs = bufio.NewReader(out), 0
	return r.cmd.Start()
}

// close ends the process.
func (r *reference) close() {
	if r.cmd == nil {
		return
	}
	r.in.Close()
	r.cmd.Process.Kill()
	r.cmd.Wait()
	r.cmd = nil
}

// run runs one program. An error is one of the machinery, not of the program.
func (r *reference) run(source string) (outcome, error) {
	if r.runs >= runsPerProcess {
		r.close()
	}
	if r.cmd == nil {
		if err := r.start(); err != nil {
			return outcome{}, err
		}
	}
	r.runs++
	watchdog := time.AfterFunc(patience, func() { r.cmd.Process.Kill() })
	result, err := r.exchange(source)
	if !watchdog.Stop() {
		r.close()
		return outcome{end: endOverrun}, nil
	}
	if err != nil {
		r.close()
		return outcome{}, fmt.Errorf("lua5.1 died of this program: %w\n%s", err, source)
	}
	return result, nil
}

func (r *reference) exchange(source string) (outcome, error) {
	if _, err := io.WriteString(r.in, strconv.Itoa(len(source))+"\n"+source); err != nil {
		return outcome{}, err
	}
	header, err := r.out.ReadString('\n')
	if err != nil {
		return outcome{}, err
	}
	end, size, _ := strings.Cut(strings.TrimSpace(header), " ")
	n, err := strconv.Atoi(size)
	if err != nil {
		return outcome{}, fmt.Errorf("an answer of %q", header)
	}
	out := make([]byte, n)
	if _, err := io.ReadFull(r.out, out); err != nil {
		return outcome{}, err
	}
	return outcome{ending(end), string(out)}, nil
}

func (o outcome) String() string {
	if o.out == "" {
		return string(o.end)
	}
	return o.out + "\n(" + string(o.end) + ")"
}
