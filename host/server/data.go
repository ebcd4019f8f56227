package server

import (
	"context"
	"errors"
	"fmt"

	"hotshard/bindings"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/runtime/world"
)

// scriptSpace is the namespace of the store's values that scripts use.
const scriptSpace = "scripts"

// values implements bindings.Store.
type values struct{ store *store.Store }

// Get implements bindings.Store.
func (v values) Get(ctx context.Context, key string) (world.Value, error) {
	return v.store.Get(ctx, scriptSpace, key)
}

// Put implements bindings.Store.
func (v values) Put(ctx context.Context, key string, value world.Value) error {
	return v.store.Put(ctx, scriptSpace, key, value)
}

// Add implements bindings.Store.
func (v values) Add(ctx context.Context, key string, n float64) (float64, error) {
	return v.store.Add(ctx, scriptSpace, key, n)
}

// List implements bindings.Store.
func (v values) List(ctx context.Context, prefix, after string, limit int) ([]bindings.Pair, error) {
	pairs, err := v.store.List(ctx, scriptSpace, prefix, after, limit)
	out := make([]bindings.Pair, len(pairs))
	for i, p := range pairs {
		out[i] = bindings.Pair(p)
	}
	return out, err
}

// Transact implements bindings.Store.
func (v values) Transact(ctx context.Context, changes []bindings.Change) error {
	steps := make([]store.Step, len(changes))
	for i, c := range changes {
		steps[i] = toStep(c)
	}
	return refusal(v.store.Transact(ctx, steps...))
}

func toStep(c bindings.Change) store.Step {
	switch c := c.(type) {
	case bindings.PutValue:
		return store.PutValue{Namespace: scriptSpace, Key: c.Key, Value: c.Value}
	case bindings.AddValue:
		return store.AddValue{Namespace: scriptSpace, Key: c.Key, N: c.N, Least: c.Least}
	case bindings.ExpectValue:
		return store.ExpectValue{Namespace: scriptSpace, Key: c.Key, Value: c.Value}
	case bindings.MoveItem:
		return store.ChangeItem(stack(bindings.Item(c)))
	case bindings.KeepRoom:
		return store.Room{Owner: c.Owner, Location: c.Location, Capacity: c.Capacity, Volumes: c.Volume}
	}
	panic(fmt.Sprintf("server: nobody knows the change %T", c))
}

// items implements bindings.Items.
type items struct{ store *store.Store }

// List implements bindings.Items.
func (i items) List(ctx context.Context, owner world.CharacterID) ([]bindings.Item, error) {
	all, err := i.store.Items(ctx, owner)
	list := make([]bindings.Item, len(all))
	for n, it := range all {
		list[n] = bindings.Item(it)
	}
	return list, err
}

// At implements bindings.Items.
func (i items) At(ctx context.Context, location string, after bindings.Item, limit int) ([]bindings.Item, error) {
	all, err := i.store.ItemsAt(ctx, location, stack(after), limit)
	list := make([]bindings.Item, len(all))
	for n, it := range all {
		list[n] = bindings.Item(it)
	}
	return list, err
}

// Give implements bindings.Items.
func (i items) Give(ctx context.Context, it bindings.Item) (int64, error) {
	n, err := i.store.GiveItems(ctx, stack(it))
	return n, refusal(err)
}

// Take implements bindings.Items.
func (i items) Take(ctx context.Context, it bindings.Item) (int64, error) {
	n, err := i.store.TakeItems(ctx, stack(it))
	return n, refusal(err)
}

// Move implements bindings.Items.
func (i items) Move(ctx context.Context, from bindings.Item, owner world.CharacterID, location string) error {
	return refusal(i.store.MoveItems(ctx, stack(from), owner, location))
}

func stack(i bindings.Item) store.Item {
	return store.Item(i)
}

// refusal marks what is an answer for the script.
func refusal(err error) error {
	var se *store.Error
	if answerable(err) && errors.As(err, &se) {
		return bindings.Refused(se.Message)
	}
	return err
}

// owners implements bindings.Owners.
type owners struct{ store *store.Store }

// Owners implements bindings.Owners.
func (o owners) Owners(ctx context.Context, types []string) (map[string]int, error) {
	return o.store.TypeOwners(ctx, types)
}

// loadMap reads or makes the map.
func loadMap(cfg *Config) (*world.Universe, error) {
	switch {
	case cfg.Map != nil:
		return cfg.Map, nil
	case cfg.Universe != "":
		return static.Load(cfg.Universe)
	}
	return static.LoadOrGenerate(cfg.Data, cfg.Seed)
}

// home is the system new characters begin in: the one that is named or, without
// a name, the safest that has a station and a way on.
func home(u *world.Universe, name string) (*world.SolarSystem, error) {
	if name != "" {
		if m := u.ByName(name); m != nil {
			return m, nil
		}
		return nil, fmt.Errorf("--home: there is no system called %s in the map", name)
	}
	var best *world.SolarSystem
	for i := range u.Systems {
		m := &u.Systems[i]
		if best == nil || suits(m) && !suits(best) || suits(m) == suits(best) && m.Security > best.Security {
			best = m
		}
	}
	if best == nil {
		return nil, errors.New("the map has no systems")
	}
	return best, nil
}

func suits(m *world.SolarSystem) bool {
	stations, gates := 0, 0
	for _, c := range m.Celestials {
		switch c.Kind {
		case world.KindStation:
			stations++
		case world.KindGate:
			gates++
		}
	}
	return stations > 0 && gates > 1
}
