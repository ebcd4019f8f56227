//go:build unix

package speed

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// scripts is where the game is that the fight is made of; programs, the workloads.
const (
	scripts  = "../../../scripts"
	programs = "testdata"
)

// engine runs a workload so many times. It gives the last run's result, and the
// processor time that all of them took.
type engine func(tb testing.TB, workload string, times int) (result string, took time.Duration)

// used is the processor time of this process so far: of all its threads, the garbage
// collector's with them, and not what else the machine does meanwhile.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// stock is gopher-lua as its users make it.
func stock(tb testing.TB) engine {
	L := lua.NewState()
	tb.Cleanup(L.Close)
	L.GetGlobal("package").(*lua.LTable).RawSetString("path", lua.LString(programs+"/?.lua;"+scripts+"/?.lua"))
	if err := L.DoString(`require "plain" return require "measure"`); err != nil {
		tb.Fatal(err)
	}
	measure := L.Get(-1).(*lua.LTable)
	return func(tb testing.TB, workload string, times int) (string, time.Duration) {
		began := used()
		err := L.CallByParam(lua.P{Fn: L.GetGlobal("emit"), Protect: true}, lua.LString("measure"), lua.LString(workload), lua.LNumber(times))
		took := used() - began
		if err != nil {
			tb.Fatal(err)
		}
		return measure.RawGetString("result").String(), took
	}
}

// ours is a State, with the budgets that it has in a shard.
func ours(tb testing.TB) engine {
	release := code.NewRelease(1, sources(tb))
	s, err := script.New(script.Options{Name: "speed", Release: release, Entry: []string{"measure"},
		OnFault: func(f script.Fault) { tb.Errorf("%s: %s", f.Place, f.Message) }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	result := func() (text string) {
		s.Eval(`require("measure").result`, "speed", func(values []world.Value, err error) {
			if err != nil {
				tb.Fatal(err)
			}
			text = fmt.Sprint(values[0])
		})
		return text
	}
	return func(tb testing.TB, workload string, times int) (string, time.Duration) {
		began := used()
		s.Emit("measure", lua.LString(workload), lua.LNumber(times))
		took := used() - began
		return result(), took
	}
}

// sources are the files of a release: the workloads and the game.
func sources(tb testing.TB) map[string][]byte {
	files := map[string][]byte{}
	for _, root := range []string{scripts, programs} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".lua" {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err == nil {
				files[filepath.ToSlash(name)], err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return files
}

// puc is a process of lua5.1 that serves measurements, nil where there is none.
func puc(tb testing.TB) engine {
	path, err := exec.LookPath("lua5.1")
	if err != nil {
		return nil
	}
	cmd := exec.Command(path, programs+"/puc.lua", scripts, programs)
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil || cmd.Start() != nil {
		tb.Fatal("lua5.1 does not start")
	}
	tb.Cleanup(func() { in.Close(); cmd.Wait() })
	answers := bufio.NewReader(out)
	return func(tb testing.TB, workload string, times int) (string, time.Duration) {
		if _, err := fmt.Fprintln(in, workload, times); err != nil {
			tb.Fatal(err)
		}
		line, err := answers.ReadString('\n')
		if err != nil && err != io.EOF {
			tb.Fatal(err)
		}
		var seconds float64
		clock, result, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if _, err := fmt.Sscan(clock, &seconds); err != nil || !ok {
			tb.Fatalf("%s: lua5.1 answers %q", workload, line)
		}
		return result, time.Duration(seconds * float64(time.Second))
	}
}
