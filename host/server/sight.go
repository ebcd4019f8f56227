package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
