package server

import (
	"strings"
	"sync"
	"time"
	"unicode"

	"hotshard/bindings/panel"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// pageFault is the command by which a page tells that a panel has failed there.
const pageFault = "panel_fault"

// What pages may tell: whoever writes their own client can tell anything, and it must
// neither fill the operator's list nor take a release back.
const (
	faultsEach  = 5  // a minute, of one player
	faultsAll   = 60 // a minute
	longestWord = 200
	longestText = 4000
)

// pageWorld is the world as sockets see it, but for what pages tell of themselves.
type pageWorld struct {
	gate.World
	s *Server

	mu     sync.Mutex
	minute time.Time
	heard  map[world.CharacterID]int
	all    int
}

// Command implements gate.World.
func (w *pageWorld) Command(c world.CharacterID, req gate.Request) {
	if req.Name != pageFault {
		w.World.Command(c, req)
		return
	}
	if !w.may(c) {
		req.From.Reply(req.ID, nil, wire.Errorf(wire.CodeRateLimited, "That is known already."))
		return
	}
	w.take(req)
	req.From.Reply(req.ID, true, nil)
}

// may says whether there is room for what a player tells.
func (w *pageWorld) may(c world.CharacterID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.s.cfg.Clock.Now(); now.Sub(w.minute) >= time.Minute {
		w.minute, w.heard, w.all = now, map[world.CharacterID]int{}, 0
	}
	if w.heard[c] >= faultsEach || w.all >= faultsAll {
		return false
	}
	w.heard[c]++
	w.all++
	return true
}

// take notes a fault of a panel that there is. It blames no release: what a page says is no
// evidence.
func (w *pageWorld) take(req gate.Request) {
	args, _ := req.Args.(map[string]world.Value)
	name, _ := args["panel"].(string)
	rest, ours := strings.CutPrefix(name, panel.Module(""))
	if !ours || w.s.releases.controller.Live().Files[code.ModulePath(name)] == nil {
		return
	}
	first, _, _ := strings.Cut(rest, ".")
	n, _ := args["release"].(float64)
	word := func(key string, most int) string {
		text, _ := args[key].(string)
		return legible(text, most)
	}
	f := script.Fault{System: "page", Module: name, Function: word("function", longestWord), Place: word("place", longestWord), Message: word("message", longestText),
		Traceback: word("traceback", longestText), Origin: "page: " + word("in", longestWord), Player: req.From.Name(), Release: int(n)}
	w.s.faults.add(world.Address(panel.Module(first)), f, release.Blame{Release: int(n)})
}

// legible is a text from elsewhere as an operator may read it.
func legible(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
