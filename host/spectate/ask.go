package spectate

import (
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// What the page wants to know beside what its pilot was told, the scripts are asked: but not
// those of the copy, which would be another for it. A fork of it answers, and is thrown away.

const (
	forksAtOnce = 2  // that are tried
	mostTries   = 30 // steps in which a fork has to answer
)

// hearing is the connection of a pilot in a fork.
type hearing struct {
	told    []*wire.Frame
	replied bool
	result  world.Value
	err     error
}

// Send implements system.Client.
func (h *hearing) Send(f *wire.Frame) {
	if f.Kind() == wire.KindText && !ownEvent(f) {
		h.told = append(h.told, f)
	}
}

// Reply implements system.Client.
func (h *hearing) Reply(_ uint64, result world.Value, err error) {
	h.replied, h.result, h.err = true, result, err
}

func (*hearing) Cork()              {}
func (*hearing) Uncork()            {}
func (*hearing) NeedSnapshot() bool { return false }
func (*hearing) Close(string)       {}

// attach makes a fork in which the pilot's page has just been opened anew, on any goroutine.
func attach(fork forking, pilot world.CharacterID) (*system.Playback, *hearing, error) {
	p, err := fork(nil)
	if err != nil {
		return nil, nil, err
	}
	h := &hearing{}
	if err := p.Try(system.Attach{Player: pilot, Client: h}); err != nil {
		p.Close()
		return nil, nil, err
	}
	return p, h, nil
}

// forking makes a fork, see record.Deck.
type forking func(told func(world.CharacterID, *wire.Frame)) (*system.Playback, error)

// inFork has something done with a fork, on another goroutine, where there is room for it.
func (t *Theatre) inFork(do func(forking)) error {
	select {
	case t.asking <- struct{}{}:
	default:
		return wire.Errorf(wire.CodeBusy, "The replay is busy with other questions.")
	}
	fork, err := t.deck.Fork()
	if err != nil {
		<-t.asking
		return err
	}
	go func() {
		defer func() { <-t.asking }()
		do(fork)
	}()
	return nil
}

// brief tells a viewer what a page is told that is opened at this moment: locks, fires, the
// hangar, whatever the scripts say at a connect.
func (t *Theatre) brief(v *viewer) {
	pilot, times := v.follow, v.times
	if t.system().Player(pilot) == nil {
		return
	}
	err := t.inFork(func(fork forking) {
		p, h, err := attach(fork, pilot)
		if err != nil {
			t.cfg.Log.Warn("a pilot's page cannot be made up", "pilot", pilot, "error", err)
			return
		}
		p.Close()
		t.post(func() {
			for _, f := range h.told {
				if v.times == times { // they look at that still
					v.client.Send(f)
				}
			}
		})
	})
	if err != nil { // the next change of what they look at tells more
		t.cfg.Log.Debug("a pilot's page cannot be made up", "pilot", pilot, "error", err)
	}
}

// ask asks the scripts as the pilot whom a viewer follows.
func (t *Theatre) ask(v *viewer, req gate.Request) {
	if t.system().Player(v.follow) == nil {
		req.From.Reply(req.ID, nil, wire.Errorf(codeReplay, "Follow somebody first: then it is asked as theirs."))
		return
	}
	pilot := v.follow
	err := t.inFork(func(fork forking) {
		result, err := tryAs(fork, pilot, req)
		req.From.Reply(req.ID, result, err)
	})
	if err != nil {
		req.From.Reply(req.ID, nil, err)
	}
}

// errNoAnswer is the error of a question that needs somebody outside.
var errNoAnswer = wire.Errorf(codeReplay, "Nobody answers that in a replay: it needs the store, or another system.")

// tryAs gives a command in a fork, and waits for the answer as long as one may take that needs
// nothing but time.
func tryAs(fork forking, pilot world.CharacterID, req gate.Request) (world.Value, error) {
	p, h, err := attach(fork, pilot)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	err = p.Try(system.Command{Player: pilot, Client: h, ID: req.ID, Name: req.Name, Args: req.Args})
	for n := 0; err == nil && !h.replied && n < mostTries; n++ {
		err = p.Try()
	}
	switch {
	case err != nil:
		return nil, err
	case !h.replied:
		return nil, errNoAnswer
	}
	return h.result, h.err
}
