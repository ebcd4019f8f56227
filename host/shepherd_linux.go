package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"hotshard/host/handover"
)

// A shard may be another process than the one that was started, since programs take over
// from each other. systemd is told which it is. A shell, a container or another supervisor
// knows only the first: so that one stays when it has handed over, as a shepherd of a few
// MB that passes signals on, and ends when the shard does, as it did.

// upgrades has SIGUSR2 come to a channel.
func upgrades(c chan<- os.Signal) { signal.Notify(c, syscall.SIGUSR2) }

// shepherd is what a process does whose shard is another's. It returns where somebody else
// looks after that.
func shepherd(of int) error {
	if os.Getenv("NOTIFY_SOCKET") != "" || handover.Shepherd() != 0 {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("the processes to come cannot be looked after: %w", err)
	}
	if err := blockPassed(); err != nil {
		return err
	}
	// The file may have been replaced; the kernel still has what this process runs.
	return syscall.Exec("/proc/self/exe", []string{os.Args[0], "shepherd", strconv.Itoa(of)}, os.Environ())
}

// passed are the signals that a shepherd passes on.
var passed = []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR2, syscall.SIGINT}

// blockPassed lets these signals wait until the program that this thread begins listens
// to them: until then they would end it, and the shard with it.
func blockPassed() error {
	runtime.LockOSThread()
	var set unix.Sigset_t
	for _, sig := range passed {
		n := uint(sig.(syscall.Signal)) - 1
		set.Val[n/64] |= 1 << (n % 64)
	}
	return unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil)
}

// shepherdCmd is the process from there on.
type shepherdCmd struct {
	PID int `arg:"" help:"The shard's process."`
}

// Run passes signals on until the shard ends.
func (c *shepherdCmd) Run() error {
	shard := c.PID
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passed...)
	ended := make(chan int)
	go reap(ended, shard)
	for {
		select {
		case sig := <-signals:
			if sig == syscall.SIGINT && term.IsTerminal(int(os.Stdin.Fd())) {
				continue // the terminal has told the shard as well
			}
			_ = syscall.Kill(shard, sig.(syscall.Signal)) // one that is gone is reaped
		case status := <-ended:
			if next := childOf(os.Getpid()); next != 0 {
				shard = next
				go reap(ended, shard)
				continue
			}
			os.Exit(status)
		}
	}
}

// reap waits for the end of a child, and tells its exit status.
func reap(ended chan<- int, of int) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(of, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			ended <- 1
		case pid == of && status.Signaled():
			ended <- 128 + int(status.Signal())
		default:
			ended <- status.ExitStatus()
		}
		return
	}
}

// childOf is a process whose parent a process is, 0 for none.
func childOf(parent int) int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		// The name, in brackets, may hold anything; fields count from behind it.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			return pid
		}
	}
	return 0
}

// flock ends a shard whose shepherd was killed: whoever did that wants it to end.
func flock(ctx context.Context, end func()) {
	of := handover.Shepherd()
	if of == 0 {
		return
	}
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for seen := false; ; {
		select {
		case <-look.C:
			switch parent := os.Getppid(); {
			case parent == of:
				seen = true
			case seen:
				end()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
