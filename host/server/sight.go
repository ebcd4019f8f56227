package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/host/bus"
	"hotshard/host/mesh"
	"hotshard/runtime/world"
)

// What operators see of a whole cluster at any of its nodes: the others are asked for theirs.

// kindSight asks a node what it has of something.
const kindSight bus.Kind = 68

// What may be asked for.
const (
	seeSystems  = "systems"
	seePlayers  = "players"
	seeServices = "services"
	seeErrors   = "errors"
	seeReleases = "releases"
	seeKicked   = "kick" // some players, and how many were there
)

// sight is such a question, seen the answer.
type sight struct {
	What    string
	Players []int64
	Text    string
}

type seen struct {
	Systems  []command.System
	Services []command.Service
	Players  []command.Player // in systems there
	Homes    []command.Player // whose sockets are there: from where, since when
	Errors   []command.ErrorGroup
	Releases map[int]int // systems and services there, by the release that they run
	Kicked   int
}

// sightPatience is how long a node may take to answer: who looks is told who does not.
const sightPatience = 2 * time.Second

// lookAtAll asks all other nodes, and gives what they say to take, one answer after the other.
func (s *Server) lookAtAll(ctx context.Context, q sight, take func(node string, there seen)) error {
	ctx, cancel := context.WithTimeout(ctx, sightPatience)
	defer cancel()
	question, err := json.Marshal(q)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	var errs []error
	for _, one := range s.mesh.Nodes() {
		if one.ID == s.bus.Me() {
			continue
		}
		all.Go(func() {
			there, err := s.lookAt(ctx, one, question)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, fmt.Errorf("%s is not seen, and so neither are the others (on NODE COMMAND asks one): %w", one.Name, err))
				return
			}
			take(one.Name, there)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *Server) lookAt(ctx context.Context, one mesh.Member, question []byte) (there seen, err error) {
	data, err := s.bus.Request(ctx, one.ID, kindSight, "look", question)
	if err != nil {
		return there, err
	}
	return there, json.Unmarshal(data, &there)
}

// serveSight answers it.
func (s *Server) serveSight(ctx context.Context, _ world.NodeID, data []byte) ([]byte, error) {
	var q sight
	if err := json.Unmarshal(data, &q); err != nil {
		return nil, err
	}
	var out seen
	var err error
	switch q.What {
	case seeSystems:
		out.Systems = systems{s}.here()
	case seeServices:
		out.Services = services{s}.here()
	case seeReleases:
		out.Releases = map[int]int{}
		for _, st := range s.universe.Stats() {
			out.Releases[st.Release]++
		}
	case seeErrors:
		out.Errors, err = s.faults.Groups(ctx, "")
		out.Errors = out.Errors[:min(len(out.Errors), mostErrors)]
	case seePlayers:
		out.Homes = players{s}.homes()
		out.Players, err = players{s}.here(ctx)
	case seeKicked:
		out.Kicked, err = players{s}.kick(ctx, q.Players, q.Text)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// mostErrors is how many kinds of them, the latest, a node tells another: they have tracebacks.
const mostErrors = 100

// errorsOf implements command.Errors, also of a cluster.
type errorsOf struct{ s *Server }

// Groups implements command.Errors. Those of one system are known where that runs.
func (v errorsOf) Groups(ctx context.Context, system string) ([]command.ErrorGroup, error) {
	all, err := v.s.faults.Groups(ctx, system)
	if err != nil || v.s.mesh == nil || system != "" {
		return all, err
	}
	err = v.s.lookAtAll(ctx, sight{What: seeErrors}, func(_ string, there seen) {
		for _, g := range there.Errors {
			all = addErrors(all, g)
		}
	})
	slices.SortFunc(all, func(a, b command.ErrorGroup) int { return b.Last.Compare(a.Last) })
	return all, err
}

// addErrors counts those of another node with those of the same kind.
func addErrors(all []command.ErrorGroup, g command.ErrorGroup) []command.ErrorGroup {
	i := slices.IndexFunc(all, func(o command.ErrorGroup) bool {
		return o.Function == g.Function && o.In == g.In && o.Where == g.Where && o.Release == g.Release && o.Message == g.Message
	})
	if i < 0 {
		return append(all, g)
	}
	old := all[i]
	if g.Last.Before(old.Last) {
		old, g = g, old
	}
	g.Count += old.Count
	if old.First.Before(g.First) {
		g.First = old.First
	}
	for _, name := range old.Systems {
		if !slices.Contains(g.Systems, name) {
			g.Systems = append(g.Systems, name)
		}
	}
	slices.Sort(g.Systems)
	all[i] = g
	return all
}
