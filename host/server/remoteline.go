package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hotshard/console/command"
	"hotshard/host/bus"
	"hotshard/runtime/world"
)

// kindLine asks a node to run an operator's line. The mesh has the kinds below 64.
const kindLine bus.Kind = 64

// lineAnswer is what came of one: a result or a refusal.
type lineAnswer struct {
	Result  *command.Result
	Refusal *command.Refusal
}

// RunOn implements command.Cluster.
func (v nodes) RunOn(ctx context.Context, node string, l command.RemoteLine) (command.Result, error) {
	data, err := json.Marshal(l)
	if err != nil {
		return command.Result{}, err
	}
	for _, one := range v.s.mesh.Nodes() {
		if one.Name != node {
			continue
		}
		data, err := v.s.bus.Request(ctx, one.ID, kindLine, l.Line, data)
		if err != nil {
			return command.Result{}, err
		}
		var a lineAnswer
		if err := json.Unmarshal(data, &a); err != nil {
			return command.Result{}, err
		}
		if a.Refusal != nil {
			return command.Result{}, a.Refusal
		}
		return *a.Result, nil
	}
	return command.Result{}, fmt.Errorf("there is no node called %s: nodes lists them", node)
}

// serveLine runs a line that another node's operator has typed. What an answer says that goes on
// is not sent: it would be what is left when it ends.
func (s *Server) serveLine(ctx context.Context, from world.NodeID, data []byte) ([]byte, error) {
	var l command.RemoteLine
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, err
	}
	session := &command.Session{Shard: s.Shard(), Registry: s.consoles.registry, Who: l.Who, From: l.From + " by " + string(from), Role: l.Role, Confirm: l.Confirm, JSON: l.JSON}
	r, err := s.consoles.registry.Run(ctx, session, l.Line)
	a := lineAnswer{Result: &r}
	if err != nil {
		a = lineAnswer{Refusal: &command.Refusal{Code: command.CodeFailed, Message: err.Error()}}
		if no := (*command.Refusal)(nil); errors.As(err, &no) {
			a.Refusal = no
		}
	}
	return json.Marshal(a)
}
