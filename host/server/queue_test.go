package server

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// TestQueueBeforeAFullSystem: three sockets, a system for one.
func TestQueueBeforeAFullSystem(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	home := ann.event("system")["name"].(string)
	if _, err := s.Shard().Lua.Eval(ctx, command.Eval{System: home, Code: "system.cap(1)", Author: "test", Write: true}); err != nil {
		t.Fatal(err)
	}
	bob := login(t, s.Addr(), "Bob", wire.JSON)
	if f := bob.event("queue"); f["place"] != 1.0 || f["of"] != 1.0 || f["system"] != home {
		t.Errorf("Bob is told %v", f)
	}
	cyd := login(t, s.Addr(), "Cyd", wire.Binary)
	if f := cyd.event("queue"); f["place"] != 2.0 || f["of"] != 2.0 {
		t.Errorf("Cyd is told %v", f)
	}
	var refusal *wire.Error
	if _, err := bob.Request(ctx, "say", map[string]world.Value{"channel": "local", "text": "hello"}); !errors.As(err, &refusal) || refusal.Code != "queued" {
		t.Errorf("a command of somebody who waits: %v", err)
	}
	info, err := s.Shard().Systems.Info(ctx, home)
	if err != nil || info.Cap != 1 || info.Waiting != 2 || info.Players != 1 || info.Dilation != 1 {
		t.Errorf("operators see %+v, %v", info, err)
	}
	bob.do("logout", nil) // gives up
	if f := cyd.event("queue"); f["place"] != 1.0 || f["of"] != 1.0 {
		t.Errorf("then Cyd is told %v", f)
	}
	ann.do("logout", nil)
	if got := fmt.Sprint(cyd.event("system")["name"]); got != home {
		t.Errorf("Cyd is let into %s", got)
	}
}
