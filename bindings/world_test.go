package bindings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/book"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// player is a connection that remembers the events it was sent.
type player struct {
	events []*wire.Message
	closed string
	reply  func(world.Value, error)
}

func (p *player) Send(f *wire.Frame) {
	if m, err := wire.Decode(wire.JSON, f.Payload(wire.JSON)); err == nil {
		p.events = append(p.events, m)
	}
}
func (p *player) Reply(_ uint64, v world.Value, err error) { p.reply(v, err) }
func (p *player) Cork()                                    {}
func (p *player) Uncork()                                  {}
func (p *player) NeedSnapshot() bool                       { return false }
func (p *player) Close(reason string)                      { p.closed = reason }

// memory is a store and a purse without a disk.
type memory struct {
	values map[string]world.Value
	items  map[Item]int64 // by a key without quantity
	did    []string       // in transactions
	whys   []Why          // of all changes
}

func (m *memory) Get(_ context.Context, key string) (world.Value, error) { return m.values[key], nil }
func (m *memory) Put(_ context.Context, key string, v world.Value) error {
	m.values[key] = v
	return nil
}
func (m *memory) Add(_ context.Context, key string, n float64) (float64, error) {
	old, ok := m.values[key].(float64)
	if !ok && m.values[key] != nil {
		return 0, errors.New("no number there")
	}
	m.values[key] = old + n
	return old + n, nil
}

func (m *memory) List(_ context.Context, prefix, after string, limit int) ([]Pair, error) {
	var out []Pair
	for _, key := range sortedKeys(m.values) {
		if strings.HasPrefix(key, prefix) && key > after && len(out) < limit {
			out = append(out, Pair{key, m.values[key]})
		}
	}
	return out, nil
}

// Transact says what it was asked to do: that it is done is the store's own test.
func (m *memory) Transact(_ context.Context, why Why, changes []Change) (world.Value, error) {
	m.whys = append(m.whys, why)
	for _, c := range changes {
		if room, ok := c.(KeepRoom); ok {
			return nil, Refused(fmt.Sprintf("%v m3 for %v of %v", room.Capacity, room.Location, room.Volume("Ore")))
		}
		m.did = append(m.did, fmt.Sprintf("%T%v", c, c))
	}
	return why.Answer, nil
}

// stall has one order, and says what it was asked for.
type stall struct{}

func (stall) order(id int64, owner world.CharacterID) ([]Order, error) {
	return []Order{{ID: id, Owner: owner, Side: "buy", Type: "Ore", Region: "R", System: 1, Station: 1031, Reach: 3, Price: 5, Quantity: 9, Left: 4, Min: 2, Rank: 7}}, nil
}
func (s stall) Get(_ context.Context, id int64) (Order, bool, error) {
	all, err := s.order(id, 1)
	return all[0], id < 100, err
}
func (s stall) Open(_ context.Context, after int64, limit int) ([]Order, error) {
	return s.order(after+int64(limit), 1)
}
func (s stall) Expired(_ context.Context, limit int) ([]Order, error) {
	return s.order(int64(limit), 1)
}
func (s stall) Of(_ context.Context, owner world.CharacterID, since int64, limit int) ([]Order, error) {
	return s.order(since+int64(limit), owner)
}
func (stall) Last(context.Context) (int64, int64, error) { return 8, 9, nil }
func (stall) Sum(context.Context) (sum book.Sum, err error) {
	o := Order{ID: 1, Owner: 1, Side: "sell", Type: "Ore", Region: "Proving Ground", System: 1, Station: 1031, Reach: -1, Price: 20, Quantity: 5, Left: 5, Min: 1, Rank: 1, Expires: 9}
	o.AddTo(&sum)
	return sum, nil
}
func (stall) Days(_ context.Context, region, itemType string, limit int) ([]Day, error) {
	return []Day{{Day: int64(limit), Orders: 2, Volume: 30, Turnover: 60, Highest: 3, Lowest: 1}}, nil
}

// purse is a memory as the items' words see it.
type purse struct{ *memory }

func (p purse) At(ctx context.Context, location string, after Item, limit int) ([]Item, error) {
	return []Item{{1, location, "Ore", int64(limit)}, after}, nil
}

func (p purse) In(ctx context.Context, owner world.CharacterID, location string) ([]Item, error) {
	all, err := p.List(ctx, owner)
	return slices.DeleteFunc(all, func(i Item) bool { return i.Location != location }), err
}

func (p purse) Within(ctx context.Context, owner world.CharacterID, location string) ([]Item, error) {
	all, err := p.List(ctx, owner)
	return slices.DeleteFunc(all, func(i Item) bool { return !world.Within(i.Location, location) }), err
}

func (p purse) Lines(_ context.Context, i Item, before int64, limit int) ([]Line, error) {
	return []Line{{Entry: before - 1, At: 60, Quantity: -5, Cause: i.Location, Trades: []Trade{{Order: 7, Side: "buy", Type: i.Type, System: 1, Station: 1031, Price: 5, Quantity: int64(limit)}}}}, nil
}

func (p purse) Places(_ context.Context, keeper, prefix string, limit int) ([]string, error) {
	return []string{fmt.Sprint(prefix, " of ", keeper, " ", limit)}, nil
}

func (p purse) Kept(_ context.Context, keeper, location string) ([]Item, error) {
	return []Item{{0, location, "Ore", int64(len(keeper) / 2)}}, nil
}

func (p purse) List(_ context.Context, owner world.CharacterID) ([]Item, error) {
	m := p.memory
	var out []Item
	for k, n := range m.items {
		if k.Owner == owner && n > 0 {
			k.Quantity = n
			out = append(out, k)
		}
	}
	return out, nil
}

func (m *memory) Answered(_ context.Context, player world.CharacterID, key, content string) (world.Value, error) {
	switch {
	case key == "used":
		return nil, RefusedFor{"key_used", "the key is used for " + content}
	case key == "done":
		return map[string]world.Value{"by": float64(player), "content": content}, nil
	}
	return nil, nil
}

func (m *memory) change(i Item, sign int64) (int64, error) {
	n := i.Quantity * sign
	i.Quantity = 0
	if m.items[i]+n < 0 {
		return 0, Refused("there are not enough")
	}
	m.items[i] += n
	return m.items[i], nil
}
func (m *memory) Give(_ context.Context, why Why, i Item) (int64, error) {
	m.whys = append(m.whys, why)
	return m.change(i, 1)
}
func (m *memory) Take(_ context.Context, why Why, i Item) (int64, error) {
	m.whys = append(m.whys, why)
	return m.change(i, -1)
}
func (m *memory) Move(_ context.Context, why Why, i Item, to world.CharacterID, location string) error {
	m.whys = append(m.whys, why)
	if _, err := m.change(i, -1); err != nil {
		return err
	}
	i.Owner, i.Location = to, location
	_, err := m.change(i, 1)
	return err
}

// crowd knows Ann, who plays, and Ben, who does not.
type crowd struct{}

func (crowd) Get(_ context.Context, id world.CharacterID) (Character, bool, error) {
	c := Character{ID: id, Name: "Ben", System: "Beta", Station: 5, Data: map[string]world.Value{"n": 1.0}, LastSeen: time.Unix(60, 0)}
	return c, id == 2, nil
}
func (c crowd) Find(ctx context.Context, name string) (Character, bool, error) {
	return c.Get(ctx, map[string]world.CharacterID{"Ben": 2}[name])
}
func (crowd) Place(_ context.Context, id world.CharacterID, to world.SystemID, station world.EntityID) error {
	return Refused(fmt.Sprintf("%d to %d, %d", id, to, station))
}
func (crowd) Saved(context.Context, world.CharacterID) error { return nil }
func (crowd) Tell(id world.CharacterID, f *wire.Frame) bool  { return id == 2 }

// withTypes adds a few types to scripts.
func withTypes(files map[string][]byte) map[string][]byte {
	files["types/schema.lua"] = []byte(`return {ship = {mass = {"number", "kg", need = true}, speed = {"number"}}, good = {volume = {"number"}, of = {"types"}}}`)
	files["types/ships.lua"] = []byte("return {\n{id = 1, name = \"Wren\", category = \"ship\", group = \"rookie\", mass = 1e6},\n{id = 2, name = \"Old\", category = \"ship\", group = \"rookie\", mass = 1, retired = true},\n}")
	files["types/goods.lua"] = []byte(`return {{id = 3, name = "Ore", category = "good", group = "ore", volume = 2}, {id = 4, name = "Money", category = "good", group = "money"}, {id = 5, name = "Plan", category = "good", group = "plan", of = {Ore = 3}}}`)
	return files
}

// rest answers the system under test.
type rest struct {
	s    *system.System
	sent []system.Message
	jump []system.Enter
}

func (r *rest) Send(to world.Address, m system.Message) error {
	if to == "@Nowhere" || to == "absent" {
		return errors.New("there is no " + string(to))
	}
	r.sent = append(r.sent, m)
	if c, ok := m.(system.Call); ok {
		return r.s.Post(system.Answer{ID: c.ID, Values: append([]world.Value{c.Func}, c.Args...)})
	}
	return nil
}
func (r *rest) Jump(_ world.SystemID, m system.Enter) error   { r.jump = append(r.jump, m); return nil }
func (r *rest) Crowd(world.SystemID) system.Crowd             { return system.Crowd{} }
func (r *rest) Left(world.CharacterID)                        {}
func (r *rest) Forward(_ world.CharacterID, _ system.Message) {}
func (r *rest) Unloaded(*system.System)                       {}
func (r *rest) Save([]system.Character)                       {}
