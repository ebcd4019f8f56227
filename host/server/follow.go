package server

import (
	"context"
	"errors"
	"time"

	"hotshard/data/store"
	"hotshard/host/mesh"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// What of the scripts runs in a cluster: see together.go. One node, the first by name of those that
// run systems, takes what is saved on its disk; what an operator does may be done on any. A node
// that joins, wakes, or has not heard of a change, comes to what the database says.

// follower has a node of a cluster follow the others.
type follower struct {
	s    *Server
	wake chan struct{}
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
			if err := f.s.releases.controller.Follow(ctx); err != nil && ctx.Err() == nil {
				f.s.log.Warn("what the cluster runs is not known at the moment", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
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

// together is what release.Config.Cluster is: nil for a shard of one process.
func (s *Server) together() release.Cluster {
	if s.mesh == nil {
		return nil
	}
	return s.codes
}

// fleet is what the controller of releases reaches.
func (s *Server) fleet() fleet {
	f := fleet{universe: s.universe, panels: s.panels}
	if s.mesh != nil {
		f.here = s.mesh.Here
	}
	return f
}

// settle is mesh.Config.Settle.
func (s *Server) settle(ctx context.Context, a world.Address) {
	if r := s.universe.Running(a); r != nil {
		s.releases.controller.Settle(ctx, bare(string(a)))
	}
}

// releaseOf is mesh.Config.Release: what an image was made on may be a canary, or have been
// followed by another since.
func (s *Server) releaseOf(ctx context.Context, number int, hash string) (*code.Release, error) {
	if r := s.releases.controller.Known(hash); r != nil {
		return r, nil
	}
	if err := s.releases.controller.Follow(ctx); err != nil {
		return nil, err
	}
	if r := s.releases.controller.Known(hash); r != nil {
		return r, nil
	}
	r, err := s.codes.Release(ctx, number)
	if err == nil && r.Hash != hash {
		err = errors.New("it was made on a release that is not kept")
	}
	return r, err
}

// clusterRelease is what a node begins with: what is live in the cluster, whatever is on its own
// disk. The first node of all begins with that.
func (s *Server) clusterRelease(ctx context.Context, disk map[string][]byte) (*code.Release, []*release.Patch, error) {
	var err error
	if s.frozen, err = s.storedFreeze(ctx); err != nil {
		return nil, nil, err
	}
	k, err := s.clusterCode(ctx)
	if err != nil {
		return nil, nil, err
	}
	if k == nil {
		if k, err = s.beginCluster(ctx, disk); err != nil {
			return nil, nil, err
		}
	}
	r, err := s.codes.Release(ctx, k.Live)
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkTypes(r); err != nil {
		return nil, nil, err
	}
	s.noticeBroken(r)
	if accepted := r.With(r.Number, k.Disk); store.HashFiles(disk) != store.HashFiles(sourcesOf(accepted)) {
		s.notice("the node runs release %d, as the cluster does; the scripts on its own disk differ", r.Number)
		s.startQueue = disk
	}
	s.releasesBefore, err = s.earlierReleases(ctx, r.Number)
	return r, nil, err
}

// clusterCode is what the cluster runs by what is written down; nil where nothing is, or one process
// has changed the code since.
func (s *Server) clusterCode(ctx context.Context) (*release.Code, error) {
	live, err := s.store.LiveRelease(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k, err := s.codeAt(ctx, codeKey)
	switch {
	case err != nil || k == nil || live.Number > k.Live:
		return nil, err
	case live.Number < k.Live: // whoever decided it has died before it was noted
		return k, journal{s.store, true}.Finish(k.Live, release.StandingLive, "it is live in the cluster")
	}
	return k, nil
}

// beginCluster makes what a shard of one process would begin with the code of the cluster, unless
// another node is about to, and faster.
func (s *Server) beginCluster(ctx context.Context, disk map[string][]byte) (*release.Code, error) {
	turn, err := s.codes.Turn(ctx)
	if err != nil {
		return nil, err
	}
	defer turn.End()
	if k, err := s.clusterCode(ctx); err != nil || k != nil {
		return k, err
	}
	accepted, patches, err := s.beginRelease(ctx, disk)
	if err != nil {
		return nil, err
	}
	full, err := release.Overlay(accepted, patches)
	if err != nil {
		return nil, err
	}
	k := release.NewCode(full.Numbered(accepted.Number), accepted, patches)
	if old := turn.Code(); old != nil {
		k.Version = old.Version + 1
	}
	return k, turn.Decide(ctx, k)
}

// mostBefore is how many earlier releases a node has at hand that starts.
const mostBefore = 4

// earlierReleases are those that were live before one, for a rollback.
func (s *Server) earlierReleases(ctx context.Context, number int) (out []release.Record, err error) {
	all, err := s.store.Releases(ctx, 4*mostBefore)
	if err != nil {
		return nil, err
	}
	for _, r := range all { // the newest first
		status := release.StandingSuperseded
		switch {
		case r.Number >= number || len(out) == mostBefore:
			continue
		case r.Status == store.ReleaseRolledBack:
			status = release.StandingRolledBack
		case r.Status != store.ReleaseReplaced:
			continue
		}
		whole, err := s.codes.Release(ctx, r.Number)
		if err != nil {
			return nil, err
		}
		out = append([]release.Record{{Release: whole, Author: r.Author, Note: r.Note, At: r.Created, Status: status}}, out...)
	}
	return out, nil
}
