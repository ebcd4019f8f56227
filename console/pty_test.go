package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"hotshard/console/command"
)

// terminal is the console on a pseudo terminal.
type terminal struct {
	*testing.T
	tty *os.File

	mu   sync.Mutex
	seen bytes.Buffer
	more *sync.Cond
	end  bool
	from int // what was expected so far
}

func (s *shard) terminal(t *testing.T, env ...string) *terminal {
	t.Helper()
	cmd := s.console(t)
	cmd.Env = append(cmd.Env, env...)
	return s.terminalOf(t, cmd)
}

// terminalOf starts a program on a pseudo terminal.
func (s *shard) terminalOf(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	m := &terminal{T: t, tty: tty}
	m.more = sync.NewCond(&m.mu)
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := tty.Read(buf)
			m.mu.Lock()
			m.seen.Write(buf[:n])
			m.end = err != nil
			m.more.Broadcast()
			m.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		if err := cmd.Wait(); t.Failed() {
			t.Logf("the console ended: %v", err)
		}
		tty.Close()
	})
	return m
}

func (m *terminal) types(text string) {
	m.Helper()
	if _, err := m.tty.WriteString(text); err != nil {
		m.Fatal(err)
	}
}

// sees waits until the screen shows something after what it showed before.
func (m *terminal) sees(want string) {
	m.Helper()
	deadline := time.AfterFunc(3*time.Minute, func() { m.mu.Lock(); m.end = true; m.more.Broadcast(); m.mu.Unlock() })
	defer deadline.Stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		if i := strings.Index(m.seen.String()[m.from:], want); i >= 0 {
			m.from += i + len(want)
			return
		}
		if m.end {
			m.Fatalf("the screen never shows %q; since then it showed %q", want, m.seen.String()[m.from:])
		}
		m.more.Wait()
	}
}

func TestAtATerminal(t *testing.T) {
	s := startShard(t, t.TempDir())
	m := s.terminal(t)
	m.sees("dev, a development shard, release 3")
	m.sees("dev r3> ")
	m.types("lua @Jita return 1 + 1\r")
	m.sees("\n2\r\n")
	m.types("lua @Jita for i = 1, 2 do\r")
	m.sees("......> ")
	m.types("print(i * 100) end\r")
	m.sees("200\r\n")
	m.types("sytems\r")
	m.sees("Did you mean systems?")
	m.types("lua @Ji\t return name\r") // completed from the live shard
	m.sees("\"Jita\"\r\n")
	m.types("release promote\r")
	m.sees("dev r4> ")
	m.types("\x1b[A\x1b[A return 5\r") // the history: up, up, and more typed
	m.sees("dev r4> ")
	m.types("exit\r")

	history, err := os.ReadFile(filepath.Join(s.dir, "run", "history-dev"))
	if err != nil || !strings.Contains(string(history), "lua @Jita for i = 1, 2 do print(i * 100) end\n") {
		t.Errorf("history %q, %v", history, err)
	}
	again := s.terminal(t)
	again.sees("> ")
	again.types("\x12for i") // Ctrl-R finds it in another session
	again.sees("print(i * 100) end")
}

func TestCtrlC(t *testing.T) {
	s := startShard(t, t.TempDir())
	m := s.terminal(t)
	m.sees("dev r3> ")
	m.types("lua @Jita while true do end\r")
	<-s.Busy
	m.types("\x03")
	m.sees("broken off")
	m.sees("dev r3> ")
	m.types("reload wait\r")
	<-s.Busy
	m.types("\x03")
	m.sees("dev r3> ")
	m.types("half a line")
	m.sees("half a line") // the line editor has the terminal
	m.types("\x03")
	m.sees("dev r3> ")
	m.types("lua @Jita return 'alive'\r")
	m.sees("\"alive\"\r\n")
	m.sees("dev r3> ")
	m.types("\x04")
}

func TestProductionIsLoudAndAsksForItsName(t *testing.T) {
	s := startShard(t, t.TempDir())
	s.Do(func() {
		s.Identity.Name, s.Identity.Production = "tranquility", true
		s.Identity.Notices = []string{"patch #1 of market.fee by amy is open"}
	})
	m := s.terminal(t)
	m.sees(red + "tranquility, a PRODUCTION shard")
	m.sees("patch #1 of market.fee")
	m.sees(red + "tranquility PROD r3> ")
	m.types("shutdown now\r")
	m.sees("type its name")
	m.sees("name of the shard: ")
	m.types("dev\r")
	m.sees("not dev")
	m.sees("PROD r3> ")
	m.types("shutdown 10m\r")
	m.sees("name of the shard: ")
	m.types("tranquility\r")
	m.sees("shuts down in 10 minutes, at ")
}

func TestARestartOfTheShard(t *testing.T) {
	s := startShard(t, t.TempDir())
	m := s.terminal(t)
	m.sees("dev r3> ")
	s.stop()
	m.types("who\r")
	m.sees("dev is gone")
	s.Do(func() { s.Identity.PID, s.Identity.Release = 2, 9 })
	s.start(t)
	m.sees("Connected again")
	m.sees("Ada") // the line was not sent to the one that is gone
	m.sees("dev r9> ")
	m.types("reload wait\r")
	<-s.Busy
	s.stop()
	m.sees("dev is gone")
	m.types("\x03")
	m.sees("\r\n")
}

func TestEditorAndPager(t *testing.T) {
	s := startShard(t, t.TempDir())
	script := filepath.Join(s.dir, "editor")
	os.WriteFile(script, []byte("#!/bin/sh\nsed -i 's/0.01/0.02/' \"$1\"\n"), 0o700)
	pager := filepath.Join(s.dir, "pager")
	os.WriteFile(pager, []byte("#!/bin/sh\necho PAGED; wc -l\n"), 0o700)
	m := s.terminal(t, "EDITOR="+script, "PAGER="+pager)
	m.sees("dev r3> ")
	m.types("patch market.fee --reason fee\r")
	m.sees("patch #1 of market.fee")
	s.Do(func() {
		if p := s.Patches[0]; !strings.Contains(p.Base, "price * 0.02") || p.Reason != "fee" {
			t.Errorf("patch %+v", p)
		}
		for i := range 40 {
			s.Players = append(s.Players, command.Player{ID: int64(i), Name: "x"})
		}
	})
	m.types("patch market.fee\r")
	m.sees("patch #2") // the fake editor changes the source anew
	m.types("who\r")
	m.sees("PAGED")
	m.sees("43")
	m.sees("dev r3> ")
}

func TestEditedTextOutlivesARefusal(t *testing.T) {
	s := startShard(t, t.TempDir())
	script := filepath.Join(s.dir, "editor")
	os.WriteFile(script, []byte("#!/bin/sh\ngrep -q '(((' \"$1\" && sed -i 's/(((//' \"$1\" || sed -i 's/0.01/(((0.03/' \"$1\"\n"), 0o700)
	m := s.terminal(t, "EDITOR="+script, "TMPDIR="+s.dir)
	m.sees("dev r3> ")
	m.types("patch market.fee --reason fee\r")
	m.sees("R-SYNTAX")
	m.sees("Edit it again?")
	m.types("\r")
	m.sees("patch #1 of market.fee")
	m.sees("> ")
	s.Do(func() {
		if p := s.Patches[0]; !strings.Contains(p.Base, "price * 0.03") || p.Reason != "fee" {
			t.Errorf("patch %+v", p)
		}
	})
	if left, _ := filepath.Glob(filepath.Join(s.dir, "hotshard-patch-*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	m.types("patch market.fee\r")
	m.sees("Edit it again?")
	m.types("n\r")
	m.sees("your text is kept: patch market.fee --file ")
	kept, _ := filepath.Glob(filepath.Join(s.dir, "hotshard-patch-*", "patch.lua"))
	if len(kept) != 1 {
		t.Fatalf("kept: %v", kept)
	}
	if text, err := os.ReadFile(kept[0]); err != nil || !strings.Contains(string(text), "(((0.03") {
		t.Errorf("%q %v", text, err)
	}
}

// pasted is several lines of Lua, of which each but the second is whole by itself.
const pasted = "lua @Jita local t = {}\nfor i = 1, 3 do\n\tt[i] = i * 2 -- \"twice\"\nend\n\nreturn t[3]"

func TestPastedLinesRunAsOne(t *testing.T) {
	s := startShard(t, t.TempDir())
	m := s.terminal(t)
	m.sees("dev r3> ")
	raw := strings.ReplaceAll(strings.ReplaceAll(pasted, "\n", "\r"), "\t", "  ") // as a terminal types it
	for name, text := range map[string]string{
		"marked":                  pasteBegin + pasted + "\n" + pasteEnd,
		"marked, Enter after it":  pasteBegin + pasted + pasteEnd + "\r",
		"marked, with CR LF":      pasteBegin + strings.ReplaceAll(pasted, "\n", "\r\n") + "\r\n" + pasteEnd,
		"not marked":              raw + "\r",
		"behind what was typed":   "lua @Jita " + pasteBegin + strings.TrimPrefix(pasted, "lua @Jita ") + pasteEnd + "\r",
		"two, each with its name": pasteBegin + pasted + "\nlua @Jita return 40\n  + 2\n" + pasteEnd,
	} {
		m.types(text)
		m.sees("\n6\r\n")
		if strings.HasPrefix(name, "two") {
			m.sees("\n42\r\n")
		}
		m.sees("dev r3> ")
	}
	m.types("lua @Jita return 7\rwho\r") // two commands, typed ahead
	m.sees("\n7\r\n")
	m.sees("Bob Ray")
	m.types(pasteBegin + "lua @Jita x = 1\nx = = 2\nreturn x\n" + pasteEnd)
	m.sees("line:2")
	m.sees("dev r3> ")
	m.types(pasteBegin + "# a runbook\nlua @Jita return 8\nlua @Jita return 9\nwho" + pasteEnd)
	m.sees("\n8\r\n")
	m.sees("\n9\r\n")
	m.sees("dev r3> who")
	m.types("\r")
	m.sees("Bob Ray")
	m.types("exit\r")
}
