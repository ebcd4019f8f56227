package server

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/bindings/panel"
	"hotshard/host/testworld"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

// luaBlocks are the fenced pieces of Lua in a document of the repository.
func luaBlocks(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for i, piece := range strings.Split(string(text), "```lua\n") {
		block, _, closed := strings.Cut(piece, "```")
		if i > 0 && closed {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// gameScripts are the game's, by path.
func gameScripts(t *testing.T) map[string][]byte {
	t.Helper()
	texts := map[string][]byte{}
	dir := os.DirFS("../../scripts")
	for _, pattern := range []string{"*.lua", "*/*.lua", "*/*/*.lua"} {
		for _, path := range must(fs.Glob(dir, pattern)) {
			text, err := os.ReadFile(filepath.Join("../../scripts", path))
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = text
		}
	}
	return texts
}

// documents are those whose Lua is tried; the first two pieces of the README are a
// change of a script: before and after.
var documents = []string{"README.md", "bindings/API.md", "scripts/README.md"}

func TestLuaOfTheDocumentsIsSound(t *testing.T) {
	t.Parallel()
	tried, checker, worlds := 0, luacheck.NewChecker(CheckOptions()), testworld.New() // they read the game once
	for _, path := range documents {
		blocks := luaBlocks(t, path)
		if path == "README.md" {
			if len(blocks) < 3 {
				t.Fatalf("the README has %d pieces of Lua", len(blocks))
			}
			blocks = blocks[2:]
		}
		panels := map[string][]byte{} // pieces that say which file they are
		for _, block := range blocks {
			tried++
			texts := gameScripts(t)
			name, test := "example.lua", "example_test.lua"
			if strings.Contains(block, "function test.") {
				name = test
			}
			if path, ok := pieceName(block); ok {
				name, test = path, strings.TrimSuffix(strings.TrimSuffix(path, ".lua"), "_test")+"_test.lua"
				panels[name] = []byte(block)
				maps.Copy(texts, panels)
			}
			texts[name] = []byte(block)
			for _, f := range checker.Check(texts) {
				t.Errorf("%s: %v in\n%s", path, f, block)
			}
			if name == "example.lua" { // it is loaded, and does as it says, in a world of its own
				texts[test] = []byte(`require "main" require "example" function test.loads() advance(25) end`)
			} else if panel.IsPanel(name) {
				texts[test] = []byte(fmt.Sprintf(`require %q function test.opens() page.open %q advance(25) end`, code.ModuleName(name), panel.Name(name)))
			}
			got := luatest.RunFiles(context.Background(), code.NewRelease(1, texts), []string{test}, luatest.Options{New: worlds})
			if got.Passed < 1 || got.Failed != 0 {
				t.Errorf("%s: %v in\n%s", path, got.Failures, block)
			}
		}
	}
	if tried < 2 {
		t.Errorf("%d pieces of Lua were tried", tried)
	}
}

// pieceName is the file that a piece says it is: "-- scripts/panels/notes.lua".
func pieceName(block string) (path string, ok bool) {
	first, _, _ := strings.Cut(block, "\n")
	path, ok = strings.CutPrefix(strings.TrimSpace(first), "-- scripts/")
	return path, ok
}

// TestTheReadmesEdit does to a running shard of the real game what the README says
// under "Try it", and the game does what it says.
func TestTheReadmesEdit(t *testing.T) {
	t.Parallel()
	blocks := luaBlocks(t, "README.md")
	before, after := strings.TrimSpace(blocks[0]), strings.TrimSpace(blocks[1])
	cfg := config(t)
	copyTree(t, "../../scripts", cfg.Scripts)
	s := start(t, cfg)
	ann, ben := login(t, s.Addr(), "Ann", wire.JSON), login(t, s.Addr(), "Ben", wire.Binary)
	ann.do("undock", nil)
	ben.do("undock", nil)
	say := func(text string) world.Value {
		ann.do("say", map[string]world.Value{"text": text})
		return ben.until("a line", func(m *wire.Message) bool { return m.Event == "chat" && m.Fields["channel"] == "local" }).Fields["text"]
	}
	if got := say("hello"); got != "hello" {
		t.Fatalf("before the edit one hears %q", got)
	}
	chat, err := os.ReadFile(filepath.Join(cfg.Scripts, "chat.lua"))
	if err != nil {
		t.Fatal(err)
	}
	head, body, found := strings.Cut(string(chat), "function command.say(")
	if !found || !strings.Contains(body, before) {
		t.Fatalf("command.say in scripts/chat.lua has no %q", before)
	}
	save(t, cfg, "chat.lua", head+"function command.say("+strings.Replace(body, before, after, 1))
	if out := wait(t, s); out.Verdict != release.Apply || out.Release != 2 || len(out.Warnings) != 0 {
		t.Fatalf("the edit: %+v", out)
	}
	if toast := ann.event("reload"); toast["release"] != 2.0 || toast["ok"] != true {
		t.Errorf("the page is told %v", toast)
	}
	if got := say("hello"); got != "HELLO" {
		t.Errorf("after the edit one hears %q", got)
	}
	save(t, cfg, "chat.lua", string(chat)+"\nlocal = 1")
	if out := wait(t, s); out.Verdict != release.Refuse || !strings.Contains(out.Message, "chat.lua:") {
		t.Errorf("what does not compile: %+v", out)
	}
	if got := say("hello"); got != "HELLO" {
		t.Errorf("after what does not compile one hears %q", got)
	}
}

// must is for what cannot fail in a test's own files.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
