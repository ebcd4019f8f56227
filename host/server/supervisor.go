package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// What becomes of a system in which the core has failed. It comes back by itself, as it was a
// moment before where it is recorded; here is where that comes from, and who is told.

// supervisor implements what systems ask when they have failed.
type supervisor struct {
	s    *Server
	back [system.BackNot + 1]atomic.Uint64 // by how they came back
}

// Bounds of a way back, while players wait.
const (
	lastPatience = 3 * time.Second // for the disk to have what was recorded
	lastTime     = 5 * time.Second // to run it again: what is later is lost
)

// errLong ends a run that takes too long.
var errLong = errors.New("it takes too long")

// last is system.Config.Last: the newest image, with what went in since.
func (v *supervisor) last(sys *system.System) (system.Last, error) {
	s := v.s
	if s.recorder == nil {
		return system.Last{}, errors.New("nothing is recorded")
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastPatience)
	defer cancel()
	if err := s.recorder.Sync(ctx); err != nil {
		return system.Last{}, err
	}
	rec, err := record.Open(RecordDir(s.cfg.Data), sys.Address())
	if err != nil {
		return system.Last{}, err
	}
	if rec.Ended || rec.Meta.Run != s.run {
		return system.Last{}, errors.New("nothing was recorded since it was loaded")
	}
	live, err := s.universe.Describe(sys.Address())
	if err != nil {
		return system.Last{}, err
	}
	saved := lineage{}
	began := time.Now()
	run := rec.NewRun(s.rerun(rec, live), record.Options{Saved: saved.add, Each: func(*system.System, system.Stepped) error {
		if time.Since(began) > lastTime {
			return errLong
		}
		return nil
	}})
	defer run.Close()
	if err := run.All(); err != nil && !errors.Is(err, errLong) {
		return system.Last{}, err
	}
	image, err := run.Playback().Image()
	if err != nil {
		return system.Last{}, err
	}
	s.log.Info("a system that has failed is brought back as it was", "system", string(sys.Address()), "tick", run.Last, "ticks", run.Ticks, "took", time.Since(began).Round(time.Millisecond))
	return system.Last{Image: image, Made: run.System().State().Release(), Thaw: reload.Thaw, Kept: saved.kept}, nil
}

// rerun is how what was recorded of a system is run again as one that plays.
func (s *Server) rerun(rec *record.Recording, live system.Config) record.Setup {
	live.Hz, live.Limits, live.CohortsFrom, live.Near = rec.Meta.Hz, rec.Meta.Limits, rec.Meta.CohortsFrom, rec.Meta.Near
	live.Script.MostHeld = rec.Meta.MostHeld
	return record.Setup{System: live, Stage: func(program string) script.Options {
		opt := s.scriptOptions()
		opt.Entry, opt.Bind = strings.Split(program, ","), bindings.Stager(s.deps)
		return opt
	}}
}

// kept says what has become of a player whom a system has as they were, and who was saved
// like that now.
func (l lineage) kept(was, now system.Character) (system.Character, system.Fate) {
	switch {
	case sameCharacter(was, now), l.has(now):
		return was, system.FateSame
	case samePlace(was, now):
		return now, system.FateNewer
	}
	return now, system.FateChanged
}

// toldBroken is what players hear, by how their system came back.
var toldBroken = map[system.Back]string{
	system.BackAsItWas: "%s has failed for a moment, and goes on as it was.",
	system.BackAnew:    "%s has failed, and was started anew.",
}

// broken is system.Config.OnBroken.
func (v *supervisor) broken(sys *system.System, cause error, how system.Back) {
	v.back[how].Add(1)
	name := bare(string(sys.Address()))
	if text := toldBroken[how]; text != "" {
		sys.Broadcast(wire.NewEvent(eventAnnounce, map[string]world.Value{"text": fmt.Sprintf(text, name)}))
	}
	outcome := map[system.Back]string{
		system.BackAsItWas: "it goes on as it was a moment before",
		system.BackAnew:    "its scripts were started anew",
		system.BackNot:     "it stays down: restart " + string(sys.Address()) + ", or a change of the scripts, tries again",
	}[how]
	v.s.log.Error("a system has failed: "+outcome, "system", string(sys.Address()), "error", cause)
	v.s.errands.run(func() {
		ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
		defer cancel()
		if _, err := v.s.store.Audit(ctx, store.AuditEntry{Who: "supervisor", From: string(sys.Address()), Kind: "failure", Command: "failure", Outcome: name + " has failed: " + outcome,
			Detail: map[string]world.Value{"error": cause.Error()}}); err != nil {
			v.s.log.Error("the audit log could not be written", "error", err)
		}
	})
}
