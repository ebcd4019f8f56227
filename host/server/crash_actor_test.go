package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// actor is somebody who trades, hauls, digs or fights, and writes down what they were told.
type actor struct {
	name string
	play func(context.Context, *actor) // one thing after the other; returns when it was refused, or all is done
	rng  *rand.Rand

	conn  *client.Conn
	token string
	id    world.CharacterID
	seq   int
	boxes []float64 // the containers they think they have
	own   []float64 // their orders

	mu    sync.Mutex
	asked []*errand        // under a key, in this round, the last of them perhaps without an answer
	mined map[string]int64 // that they were told of
	told  map[string]int64 // of that, before the books were read
	tally tally

	sent, again int // since the beginning
}

// errand is a request under a key, and what was answered.
type errand struct {
	command, key string
	args         args
	answer       string // as JSON; "" while nobody has said what became of it
}

// tally counts what became of requests.
type tally struct {
	asked, done, trades, again, refused, unknown int
	differs                                      []string // a request that was repeated and answered otherwise
}

// known are the codes of refusals after which nothing has been done; after any other error
// nobody knows.
var known = map[string]bool{
	"no_room": true, "not_enough": true, "empty": true, "docked": true, "not_docked": true, "bad_argument": true, "no_container": true, "not_here": true,
	"too_many": true, "not_empty": true, "bad_target": true, "no_target": true, "ended": true, "no_order": true, "none": true, "conflict": true,
	"too_far": true, "no_ship": true, "refused": true, "nested": true, "bad_fit": true, "not_lent": true, "in_warp": true, "no_module": true,
}

// enter comes into the game, for the first time or after the shard was killed.
func (a *actor) enter(ctx context.Context, addr string) error {
	c, err := client.Dial(ctx, "ws://"+addr+"/play", client.Options{Codec: wire.JSON, Handle: a.hear})
	if err != nil {
		return err
	}
	a.conn = c
	if a.token == "" {
		return c.Login(ctx, a.name, "secret secret")
	}
	_, err = c.Request(ctx, "resume", args{"token": a.token})
	return err
}

func (a *actor) hear(m *wire.Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch m.Event {
	case "welcome":
		if token, ok := m.Fields["token"].(string); ok {
			a.token = token
		}
		if p, ok := m.Fields["player"].(args); ok {
			id, _ := p["id"].(float64)
			a.id = world.CharacterID(id)
		}
	case "mined":
		n, _ := m.Fields["n"].(float64)
		name, _ := m.Fields["type"].(string)
		a.mined[name] += int64(n)
	}
}

// remember keeps what one was told so far.
func (a *actor) remember() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = maps.Clone(a.mined)
}

// request asks for something without a key; nil where it was refused or nobody knows.
func (a *actor) request(ctx context.Context, command string, with args) world.Value {
	v, err := a.conn.Request(ctx, command, with)
	a.count(err)
	if err != nil {
		return nil
	}
	return v
}

func (a *actor) count(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tally.asked++
	a.sent++
	refusal := (*wire.Error)(nil)
	switch {
	case err == nil:
		a.tally.done++
	case errors.As(err, &refusal) && known[refusal.Code]:
		a.tally.refused++
	default:
		a.tally.unknown++
	}
}

// once asks for something under a key of its own. What was not answered is asked again until
// it is, in this round or after it: see settle. And of all requests one in ten comes twice,
// as on a bad line: both at the same time, or the second when the first has been heard.
func (a *actor) once(ctx context.Context, command string, with args) world.Value {
	a.seq++
	one := &errand{command: command, key: fmt.Sprintf("%s %d", command, a.seq), args: with}
	if with == nil {
		one.args = args{}
	}
	one.args["key"] = one.key
	a.mu.Lock()
	a.asked = append(a.asked, one)
	twice := a.again*9 < a.sent
	a.mu.Unlock()
	if !twice {
		v, _ := a.put(ctx, one)
		return v
	}
	if a.rng.IntN(2) == 0 {
		v, _ := a.put(ctx, one)
		a.repeat(ctx, one)
		return v
	}
	var other sync.WaitGroup
	other.Go(func() { a.repeat(ctx, one) })
	v, _ := a.put(ctx, one)
	other.Wait()
	return v
}

// put asks, and writes down what was answered.
func (a *actor) put(ctx context.Context, one *errand) (world.Value, error) {
	v, err := a.conn.Request(ctx, one.command, one.args)
	a.count(err)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.learn(one, v, err)
	if done, ok := v.(args); ok && err == nil && done["filled"] != nil && done["filled"] != 0.0 {
		a.tally.trades++
	}
	return v, err
}

// repeat asks once more for what was asked already. It may be refused where the first was
// answered before: that is a mistake; none at all is not.
func (a *actor) repeat(ctx context.Context, one *errand) {
	a.mu.Lock()
	answered := one.answer != ""
	a.mu.Unlock()
	v, err := a.conn.Request(ctx, one.command, one.args)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tally.again++
	a.again++
	if refusal := (*wire.Error)(nil); answered && errors.As(err, &refusal) && known[refusal.Code] {
		a.tally.differs = append(a.tally.differs, fmt.Sprintf("%s %s: refused with %s, and answered before", a.name, one.key, refusal.Code))
	}
	a.learn(one, v, err)
}

// learn takes in what a request was answered, for the first time or again: every answer is
// the same. a.mu is held.
func (a *actor) learn(one *errand, v world.Value, err error) {
	refusal := (*wire.Error)(nil)
	switch {
	case err != nil && one.answer == "" && errors.As(err, &refusal) && known[refusal.Code]:
		a.asked = slices.DeleteFunc(a.asked, func(other *errand) bool { return other == one })
	case err != nil:
	case one.answer == "":
		one.answer = asJSON(v)
		if !slices.Contains(a.asked, one) {
			a.asked = append(a.asked, one)
		}
	case one.answer != asJSON(v):
		a.tally.differs = append(a.tally.differs, fmt.Sprintf("%s %s: %s, and before %s", a.name, one.key, asJSON(v), one.answer))
	}
}

// settle asks for what nobody has answered until somebody does.
func (a *actor) settle(ctx context.Context) error {
	for _, one := range a.unanswered() {
		for {
			_, err := a.put(ctx, one)
			refusal := (*wire.Error)(nil)
			if err == nil || errors.As(err, &refusal) && known[refusal.Code] {
				break
			}
			if refusal == nil {
				return err
			}
			time.Sleep(50 * time.Millisecond) // within what the gate lets through
		}
	}
	return nil
}

func (a *actor) unanswered() (list []*errand) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range a.asked {
		if one.answer == "" {
			list = append(list, one)
		}
	}
	return list
}

func asJSON(v world.Value) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// rest is what somebody thinks between two requests, within what the gate lets through.
func (a *actor) rest(ctx context.Context) bool {
	select {
	case <-time.After(time.Duration(40+a.rng.IntN(40)) * time.Millisecond):
		return true
	case <-ctx.Done():
		return false
	case <-a.conn.Done():
		return false
	}
}

// run plays until ctx ends or the line is cut.
func (a *actor) run(ctx context.Context) {
	for a.rest(ctx) {
		a.play(ctx, a)
	}
}

// do goes through steps until ctx ends, the line is cut, or a step says that the rest is of
// no use.
func (a *actor) do(ctx context.Context, steps ...func() bool) {
	for _, step := range steps {
		if !a.rest(ctx) || !step() {
			return
		}
	}
}

// trading offers, bids, changes and cancels, at prices that meet; smelters pay less.
func trading(ctx context.Context, a *actor) {
	order := args{"type": "Ferrite", "quantity": float64(1 + a.rng.IntN(20)), "price": float64(95 + a.rng.IntN(11))}
	ctx = context.WithoutCancel(ctx) // what is asked is heard to its end
	switch n := a.rng.IntN(10); {
	case n < 4, len(a.own) == 0:
		a.note(a.once(ctx, "market_sell", order))
	case n < 8:
		a.note(a.once(ctx, "market_buy", order))
	case n < 9:
		a.once(ctx, "market_change", args{"order": a.pick(), "price": order["price"]})
	default:
		a.once(ctx, "market_cancel", args{"order": a.pick()})
	}
}

// note remembers an order that stands.
func (a *actor) note(v world.Value) {
	if done, ok := v.(args); ok && done["left"] != 0.0 {
		id, _ := done["order"].(float64)
		a.own = append(a.own, id)
	}
}

// pick is one of one's orders, which is forgotten when there are many.
func (a *actor) pick() float64 {
	i := a.rng.IntN(len(a.own))
	id := a.own[i]
	if len(a.own) > 30 {
		a.own = append(a.own[:i], a.own[i+1:]...)
	}
	return id
}

// hauling fills a container, takes it out into space and throws it out; takes up what floats,
// brings it home and empties it.
func hauling(ctx context.Context, a *actor) {
	whole := context.WithoutCancel(ctx)
	var n float64
	is := func(v world.Value) bool { return v != nil }
	a.do(ctx,
		func() bool { return is(a.request(whole, "crash_home", nil)) },
		func() bool { return is(a.unpack(whole)) },
		func() bool {
			box, ok := a.once(whole, "container_open", args{"type": "Crate"}).(args)
			if ok {
				n, _ = box["container"].(float64)
			}
			return ok
		},
		func() bool {
			return is(a.once(whole, "move", args{"from": "hangar", "to": n, "type": "Ferrite", "quantity": float64(1 + a.rng.IntN(40))}))
		},
		func() bool { return is(a.once(whole, "move", args{"container": n, "to": "hold"})) },
		func() bool {
			a.once(whole, "move", args{"from": "hangar", "to": "hold", "type": "Ferrite", "quantity": float64(1 + a.rng.IntN(40))})
			return true
		},
		func() bool { return is(a.request(whole, "undock", nil)) },
		func() bool {
			a.once(whole, "move", args{"from": "hold", "to": n})
			return true
		},
		func() bool { return is(a.once(whole, "jettison", args{"container": n})) },
		func() bool { return is(a.takeUp(whole)) },
	)
}

// takeUp takes something that floats, whole or what is in it.
func (a *actor) takeUp(ctx context.Context) world.Value {
	found, ok := a.request(ctx, "crash_go", args{"to": "container"}).(args)
	if !ok {
		return nil
	}
	if a.rng.IntN(3) == 0 {
		a.request(ctx, "loot", args{"id": found["id"]})
	}
	return a.once(ctx, "take_up", args{"id": found["id"]})
}

// unpack empties all containers one has here, and puts them away.
func (a *actor) unpack(ctx context.Context) world.Value {
	a.once(ctx, "move", args{"from": "hold", "to": "hangar"})
	list, ok := a.request(ctx, "containers", nil).([]world.Value)
	for _, c := range list {
		box, _ := c.(args)
		if box["location"] == "hold" {
			a.once(ctx, "move", args{"container": box["container"], "to": "hangar"})
		}
		a.once(ctx, "move", args{"from": box["container"], "to": "hangar"})
		a.once(ctx, "container_close", args{"container": box["container"]})
	}
	if !ok {
		return nil
	}
	return true
}

// digging goes on until the hold has something, and brings it home.
func digging(ctx context.Context, a *actor) {
	whole := context.WithoutCancel(ctx)
	is := func(v world.Value) bool { return v != nil }
	a.do(ctx,
		func() bool { return is(a.request(whole, "crash_home", nil)) },
		func() bool {
			a.once(whole, "move", args{"from": "hold", "to": "hangar"})
			return is(a.request(whole, "fit", args{"modules": []world.Value{"Small Mining Laser", "Small Mining Laser"}}))
		},
		func() bool { return is(a.request(whole, "undock", nil)) },
		func() bool { return is(a.request(whole, "crash_go", args{"to": "belt"})) },
		func() bool { return is(a.request(whole, "activate", args{"slot": 1.0})) },
		func() bool { return is(a.request(whole, "activate", args{"slot": 2.0})) },
		func() bool { return true }, func() bool { return true }, func() bool { return true }, func() bool { return true },
	)
}

// fighting loses a ship of one's own, with what is fitted and in the hold, and insured now and
// then; and takes what floats of others'.
func fighting(ctx context.Context, a *actor) {
	whole := context.WithoutCancel(ctx)
	is := func(v world.Value) bool { return v != nil }
	a.do(ctx,
		func() bool { return is(a.request(whole, "crash_home", nil)) },
		func() bool {
			a.once(whole, "move", args{"from": "hold", "to": "hangar"})
			made, ok := a.request(whole, "assemble", args{"type": "Wren"}).(args)
			return ok && is(a.request(whole, "board", args{"ship": made["ship"]}))
		},
		func() bool {
			return is(a.request(whole, "fit", args{"modules": []world.Value{"Light Railgun", "Light Railgun"}}))
		},
		func() bool {
			if a.rng.IntN(2) == 0 {
				a.request(whole, "insure", nil)
			}
			return is(a.once(whole, "move", args{"from": "hangar", "to": "hold", "type": "Ferrite", "quantity": float64(1 + a.rng.IntN(99))}))
		},
		func() bool { return is(a.request(whole, "undock", nil)) },
		func() bool {
			if found, ok := a.request(whole, "crash_go", args{"to": "wreck"}).(args); ok {
				a.request(whole, "loot", args{"id": found["id"]})
			}
			return true
		},
		func() bool { return is(a.request(whole, "crash_die", nil)) },
	)
}
