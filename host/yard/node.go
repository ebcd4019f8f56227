package yard

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// node is one process of the cluster, in all its lives.
type node struct {
	y                       *yard
	name, role, log, socket string
	args                    []string

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{} // of this life
	ending bool
}

// againAfter is the pause before a node is started again that has ended by itself.
const againAfter = 2 * time.Second

// launch starts the node and returns when it is up.
func (n *node) launch(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(n.log), 0o755); err != nil {
		return err
	}
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close() // the process has it
	cmd := exec.Command(n.y.cfg.Program, n.args...)
	cmd.Env, cmd.Stderr = n.y.env, log
	dieWithUs(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	n.mu.Lock()
	if n.ending {
		n.mu.Unlock()
		return nil
	}
	if err := cmd.Start(); err != nil {
		n.mu.Unlock()
		return err
	}
	ended := make(chan struct{})
	n.cmd, n.ended = cmd, ended
	n.mu.Unlock()
	fly, up := banner(out)
	go func() {
		_, _ = io.Copy(io.Discard, out) // it ends with the process
		_ = cmd.Wait()
		close(ended)
		n.again(ctx, cmd.ProcessState.String())
	}()
	if !up {
		return fmt.Errorf("%s does not start: %s says why", n.name, n.log)
	}
	n.y.note(Node{Name: n.name, Role: n.role, PID: cmd.Process.Pid, Fly: fly, Socket: n.socket, Log: n.log})
	return nil
}

// banner reads what a shard says when it is up, and where it has players come in.
func banner(out io.Reader) (fly string, up bool) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if url, is := strings.CutPrefix(line, "fly "); is {
			fly = strings.TrimSpace(url)
		}
		if strings.HasPrefix(line, "change ") {
			return fly, true
		}
	}
	return "", false
}

// again starts a node that has ended by itself.
func (n *node) again(ctx context.Context, how string) {
	n.mu.Lock()
	ending := n.ending
	n.mu.Unlock()
	if ending || ctx.Err() != nil {
		return
	}
	fmt.Fprintf(n.y.cfg.Out, "  %s has ended (%s), and is started again in %s\n", n.name, how, againAfter)
	select {
	case <-time.After(againAfter):
	case <-ctx.Done():
		return
	}
	if err := n.launch(ctx); err != nil {
		fmt.Fprintf(n.y.cfg.Out, "  %v\n", err)
	}
}

// end ends the node, and waits for that.
func (n *node) end() {
	n.mu.Lock()
	n.ending = true
	cmd, ended := n.cmd, n.ended
	n.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(syscall.SIGTERM) // one that has ended needs none
	select {
	case <-ended:
	case <-time.After(endPatience):
		_ = cmd.Process.Kill()
		<-ended
	}
}

// note keeps where a node is by now, also for cluster status.
func (y *yard) note(n Node) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.state.PID = os.Getpid()
	y.state.Nodes = append(slices.DeleteFunc(y.state.Nodes, func(o Node) bool { return o.Name == n.Name }), n)
	slices.SortFunc(y.state.Nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	if err := y.state.write(y.cfg.Dir); err != nil {
		fmt.Fprintf(y.cfg.Out, "  what cluster status says is not up to date: %v\n", err)
	}
}
