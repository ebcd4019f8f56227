package server

import (
	"context"
	"errors"
	"time"

	"hotshard/data/store"
	"hotshard/host/mesh"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
)

// What of the scripts runs in a cluster. One node, the first by name of those that run systems,
// takes what is saved on its disk; what an operator does may be done on any. Whoever has brought
// a release to its systems has it in the database as the live one, and the others follow it. So
// nodes run different releases for a moment, and one whose systems refuse what the others took
// runs the one before until somebody mends it: nodes and reload status show that.

// follower has a node of a cluster follow the others.
type follower struct {
	s      *Server
	wake   chan struct{}
	failed int // the release that came to nothing here: it is not tried again by itself
}

func newFollower(s *Server) *follower { return &follower{s: s, wake: make(chan struct{}, 1)} }

// differs is mesh.Config.Differs.
func (f *follower) differs(mesh.Member) {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// run follows until ctx ends.
func (f *follower) run(ctx context.Context) {
	for {
		select {
		case <-f.wake:
			if err := f.follow(ctx); err != nil && ctx.Err() == nil {
				f.s.log.Warn("which release is live in the cluster is not known at the moment", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// follow brings the node to what is live, where that is something else.
func (f *follower) follow(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	live, err := f.s.store.LiveRelease(ctx)
	if errors.Is(err, store.ErrNotFound) || err == nil && live.Number == f.failed {
		return nil
	}
	if err != nil {
		return err
	}
	to := code.NewRelease(live.Number, live.Files)
	if f.s.universe.Release().Hash == to.Hash {
		return nil
	}
	if o := f.s.releases.controller.Follow(ctx, to); o.Verdict == release.Refuse {
		f.failed = live.Number
	}
	return nil
}

// leads says whether what is saved on this disk is what counts.
func (s *Server) leads() bool { return s.mesh == nil || s.mesh.First() }

// heardAll waits until a node knows who else is there.
func (s *Server) heardAll(ctx context.Context) {
	if s.mesh == nil {
		return
	}
	select {
	case <-time.After(hearFor):
	case <-ctx.Done():
	}
}

// told tells the other nodes soon that a release is live.
func (f *follower) told(o release.Outcome) {
	if f.s.mesh != nil && o.Verdict == release.Apply && o.Author != release.Follower {
		f.s.errands.run(f.s.mesh.Greet)
	}
}

// clusterRelease is what a node begins with: what is live in the cluster, whatever is on its own
// disk. The first node of all begins with that.
func (s *Server) clusterRelease(ctx context.Context, disk map[string][]byte) (*code.Release, []*release.Patch, error) {
	var err error
	if s.frozen, err = s.storedFreeze(ctx); err != nil {
		return nil, nil, err
	}
	live, err := s.store.LiveRelease(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return s.beginRelease(code.NewRelease(0, disk))
	}
	if err != nil {
		return nil, nil, err
	}
	r := code.NewRelease(live.Number, live.Files)
	if err := s.checkTypes(r); err != nil {
		return nil, nil, err
	}
	if store.HashFiles(disk) != store.HashFiles(live.Files) {
		s.notice("the node runs release %d, as the cluster does; the scripts on its own disk differ", live.Number)
		s.startQueue = disk
	}
	return r, nil, nil
}

// beginRelease makes a release the first one.
func (s *Server) beginRelease(r *code.Release) (*code.Release, []*release.Patch, error) {
	if err := s.checkTypes(r); err != nil {
		return nil, nil, err
	}
	s.noticeBroken(r)
	j := journal{s.store, true}
	number, err := j.Begin(r, "disk", "at the start")
	if err != nil {
		return nil, nil, err
	}
	return r.Numbered(number), nil, j.Finish(number, release.StandingLive, "at the start")
}
