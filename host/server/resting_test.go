package server

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// restless is a shard whose systems rest at once, and who operates it. tally.lua keeps a count
// that is nowhere else.
func restless(t *testing.T) (Config, func() (*shard, person)) {
	cfg := config(t)
	plantModule(t, cfg.Scripts, "tally", "local tally = {n = 0}\nfunction tally.add() tally.n = tally.n + 1 return tally.n end\nreturn tally\n")
	cfg.Home = cfg.Map.Systems[0].Name
	cfg.UnloadAfter, cfg.Linger = 50*time.Millisecond, time.Millisecond
	return cfg, func() (*shard, person) {
		s := start(t, cfg)
		return s, s.operator("amy", command.Admin)
	}
}

// rests waits until a system rests that was loaded.
func (s *shard) rests(a world.Address) {
	s.t.Helper()
	s.until(string(a)+" does not rest", func() bool { return s.resting.Resting(a) && s.universe.Running(a) == nil })
}

// TestSystemsRest has a system rest and come back by an operator's line, by a player, after a
// restart, a change of its scripts and a crash, with what it had in memory.
func TestSystemsRest(t *testing.T) {
	t.Parallel()
	cfg, begin := restless(t)
	s, amy := begin()
	a := world.SystemAddress(cfg.Map.Systems[1].Name)
	add := func(want string) {
		t.Helper()
		has(t, "the count", amy.do("lua "+quoted(string(a))+` --write return require "tally".add()`), want)
		s.rests(a)
	}
	add("1")
	add("2")
	s.until("what is recorded of a system that rests stays open", func() bool { return len(openBelow(RecordDir(cfg.Data), a)) == 0 })
	s.stop()
	s, amy = begin()
	if !s.resting.Resting(a) {
		t.Fatal("nobody rests any more after a restart")
	}
	add("3")
	text := "local tally = {n = 0}\nfunction tally.add() tally.n = tally.n + 10 return tally.n end\nreturn tally\n"
	if err := os.WriteFile(filepath.Join(cfg.Scripts, "tally.lua"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	has(t, "a reload while it rests", amy.do("reload"), "live")
	add("13")
	if out := amy.do("memory"); len(out) == 0 {
		t.Error("memory says nothing")
	}
	s.stop()
	if files, _ := filepath.Glob(filepath.Join(cfg.Data, "images", restingDir, "*")); len(files) == 0 {
		t.Error("there is no image of what rests")
	}
}

// openBelow are the open files of this process in which a system is recorded; none where that
// cannot be told.
func openBelow(dir string, a world.Address) (out []string) {
	fds, _ := filepath.Glob("/proc/self/fd/*") // the pattern is ours
	for _, fd := range fds {
		if path, err := os.Readlink(fd); err == nil && strings.HasPrefix(path, dir) && strings.Contains(path, url.PathEscape(string(a))) {
			out = append(out, path)
		}
	}
	return out
}

// TestWhoComesWakesASystem has the player find what they left.
func TestWhoComesWakesASystem(t *testing.T) {
	t.Parallel()
	cfg, begin := restless(t)
	s, amy := begin()
	a := world.SystemAddress(cfg.Home)
	ann := login(t, s.Addr(), "Ann", wire.Binary)
	ann.event("system")
	amy.do("lua " + quoted(string(a)) + ` --write require "tally".n = 41`)
	ann.Close()
	s.rests(a)
	ann = login(t, s.Addr(), "Ann", wire.Binary)
	ann.event("system")
	has(t, "what the system kept", amy.do("lua "+quoted(string(a))+` require "tally".n`), "41")
}

// TestAnImageThatNobodyKnowsIsSetAside: the database is not the one that it belongs to.
func TestAnImageThatNobodyKnowsIsSetAside(t *testing.T) {
	t.Parallel()
	cfg, begin := restless(t)
	s, amy := begin()
	a := world.SystemAddress(cfg.Map.Systems[1].Name)
	amy.do("lua " + quoted(string(a)) + ` --write require "tally".add()`)
	s.rests(a)
	path := s.resting.images.path(a)
	s.stop()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, amy = begin()
	has(t, "the count", amy.do("lua "+quoted(string(a))+` --write return require "tally".add()`), "2")
	s.stop()
	if err := os.WriteFile(path, data, 0o600); err != nil { // an older one
		t.Fatal(err)
	}
	s, amy = begin()
	if s.resting.Resting(a) {
		t.Error("an image of before is gone on with")
	}
	s.stop()
}
