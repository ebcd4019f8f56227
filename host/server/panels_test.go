package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/world"
)

const notePanel = `local n = 0
local notes = {}
function notes.line() return "noted " .. n end
panel.notes = {title = "Notes", open = function() return ui.text(notes.line()) end}
return notes
`

// pageRelease is what a page fetches.
func pageRelease(t *testing.T, s *shard) (r struct {
	Release int               `json:"release"`
	Hash    string            `json:"hash"`
	Files   map[string]string `json:"files"`
}) {
	t.Helper()
	answer, err := http.Get("http://" + s.Addr() + "/panels/release")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(body, &r)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return r
}

// watcher signs in as a page and collects what it is told of panels.
func watchPanels(t *testing.T, s *shard) (c *client.Conn, told chan map[string]world.Value) {
	t.Helper()
	told = make(chan map[string]world.Value, 16)
	c, err := client.Dial(t.Context(), "ws://"+s.Addr()+"/play", client.Options{Codec: wire.JSON, Handle: func(m *wire.Message) {
		if m.Event == "panels" {
			told <- m.Fields
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Login(t.Context(), "Onlooker", "secret secret"); err != nil {
		t.Fatal(err)
	}
	return c, told
}

func TestASavedPanelReachesPagesAndOneThatDoesNotRunReachesNone(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	save(t, cfg, "panels/notes.lua", notePanel)
	save(t, cfg, "panels/notes_test.lua", "require 'panels.notes'\n")
	s := start(t, cfg)
	first := pageRelease(t, s)
	if first.Files["panels/notes.lua"] != notePanel || first.Files["panels/notes_test.lua"] != "" || first.Files["main.lua"] != "" {
		t.Fatalf("pages get %v", first.Files)
	}
	_, told := watchPanels(t, s)
	next := strings.Replace(notePanel, "noted", "written", 1)
	save(t, cfg, "panels/notes.lua", next)
	if o := wait(t, s); o.Verdict != release.Apply {
		t.Fatalf("%+v", o)
	}
	m := <-told
	files, _ := m["files"].(map[string]world.Value)
	if m["from"] != first.Hash || files["panels/notes.lua"] != next || m["hash"] != pageRelease(t, s).Hash {
		t.Errorf("told %v", m)
	}
	save(t, cfg, "panels/notes.lua", "local x = nil .. 1\n"+next)
	if o := wait(t, s); o.Verdict != release.Refuse || !strings.Contains(o.Message, "concatenate") {
		t.Errorf("a panel that fails at its top level: %+v", o)
	}
	if r := pageRelease(t, s); r.Files["panels/notes.lua"] != next {
		t.Errorf("pages get what was refused: %v", r.Files)
	}
}

func TestANewPanelReachesPagesAndOneThatIsGoneLeavesThem(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	save(t, cfg, "panels/notes.lua", notePanel)
	s := start(t, cfg)
	_, told := watchPanels(t, s)
	save(t, cfg, "panels/more.lua", strings.ReplaceAll(notePanel, "panel.notes", "panel.more"))
	wait(t, s)
	m := <-told
	if files, _ := m["files"].(map[string]world.Value); files["panels/more.lua"] == nil {
		t.Errorf("told %v", m)
	}
	save(t, cfg, "panels/more.lua", strings.NewReplacer("panel.notes", "panel.more", "noted", "more").Replace(notePanel))
	if o := wait(t, s); o.Verdict != release.Apply || o.Release != 2 {
		t.Errorf("a change of it makes %+v", o)
	}
	<-told
	if err := os.Remove(filepath.Join(cfg.Scripts, "panels", "more.lua")); err != nil {
		t.Fatal(err)
	}
	wait(t, s) // a file that is gone is held: see unload
	amy := s.operator("amy", command.Admin)
	amy.do("unload panels.more")
	if r := pageRelease(t, s); r.Files["panels/more.lua"] != "" || r.Files["panels/notes.lua"] == "" {
		t.Errorf("pages get %v", r.Files)
	}
}

func TestAPatchOfAPanelReachesPages(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	save(t, cfg, "panels/notes.lua", notePanel)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	_, told := watchPanels(t, s)
	amy.do(`patch --reason typo panels.notes.line = function() return "patched" end`)
	<-told
	if r := pageRelease(t, s); !strings.Contains(r.Files["panels/notes.lua"], "patched") {
		t.Errorf("pages get %v", r.Files)
	}
	amy.do("drop 1")
	<-told
	if r := pageRelease(t, s); r.Files["panels/notes.lua"] != notePanel {
		t.Errorf("after the patch was dropped pages get %v", r.Files)
	}
}

func TestWhatAPageTellsOfAPanelIsAnErrorLikeOthersAndBlamesNoRelease(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	save(t, cfg, "panels/notes.lua", notePanel)
	s := start(t, cfg)
	c, _ := watchPanels(t, s)
	fault := map[string]world.Value{"panel": "panels.notes", "function": "panels.notes.line", "place": "panels/notes.lua:3", "message": "it \x1b[31mbroke", "traceback": "\tpanels/notes.lua:3", "release": 1.0}
	limited := 0
	for range 3 * faultsEach {
		if _, err := c.Request(t.Context(), pageFault, fault); err != nil {
			limited++
		}
	}
	if limited != 2*faultsEach {
		t.Errorf("%d of %d were too many", limited, 3*faultsEach)
	}
	groups, err := s.Shard().Errors.Groups(t.Context(), "panels.notes")
	if err != nil || len(groups) != 1 || groups[0].Count != faultsEach || groups[0].Message != "it [31mbroke" || groups[0].Player != "Onlooker" || groups[0].Traceback == "" {
		t.Errorf("operators see %+v, %v", groups, err)
	}
}

// TestHowSoonAThousandPagesHaveAPanel measures, and asserts nothing about time: from a save
// on the disk to the last of a thousand connections that has been told, in this process too.
func TestHowSoonAThousandPagesHaveAPanel(t *testing.T) {
	if os.Getenv("HOTSHARD_PANELS") == "" {
		t.Skip("only with HOTSHARD_PANELS: it signs a thousand players in")
	}
	const pages, saves = 1000, 10
	cfg := operated(t, false)
	save(t, cfg, "panels/notes.lua", notePanel)
	s := start(t, cfg)
	heard := make(chan time.Time, pages)
	var group sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i := range pages {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			c, err := client.Dial(t.Context(), "ws://"+s.Addr()+"/play", client.Options{Codec: wire.Binary, Handle: func(m *wire.Message) {
				if m.Event == "panels" {
					heard <- time.Now()
				}
			}})
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(c.Close)
			if err := c.Login(t.Context(), fmt.Sprintf("Onlooker %d", i), "secret secret"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var took []time.Duration
	for i := range saves {
		saved := time.Now()
		save(t, cfg, "panels/notes.lua", strings.Replace(notePanel, "noted", fmt.Sprintf("noted %d", i), 1))
		for range pages {
			took = append(took, (<-heard).Sub(saved))
		}
		wait(t, s)
	}
	slices.Sort(took)
	t.Logf("%d pages, %d saves: told after %v in the middle, %v at 99 of 100, %v at last", pages, saves, took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
}
