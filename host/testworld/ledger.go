package testworld

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"hotshard/bindings"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// List lists values by prefix.
func (m *memory) List(_ context.Context, prefix, after string, limit int) ([]bindings.Pair, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var pairs []bindings.Pair
	for _, key := range slices.Sorted(maps.Keys(m.values)) {
		if strings.HasPrefix(key, prefix) && key > after && len(pairs) < limit {
			pairs = append(pairs, bindings.Pair{Key: key, Value: m.values[key]})
		}
	}
	return pairs, nil
}

// Transact does all changes or none.
func (m *memory) Transact(_ context.Context, why bindings.Why, changes []bindings.Change) (world.Value, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := request{why.Actor, why.Key}
	if old, found := m.asked[key]; found && why.Key != "" {
		if old.content != why.Content {
			return nil, refusedFor("key_used", "the key %s was used for something else: what is new needs a key of its own", why.Key)
		}
		return old.answer, nil
	}
	values, items, orders := maps.Clone(m.values), maps.Clone(m.items), maps.Clone(m.orders)
	for _, c := range changes {
		if err := m.apply(c); err != nil {
			m.values, m.items, m.orders = values, items, orders
			return nil, err
		}
	}
	if why.Key != "" {
		m.asked[key] = answered{why.Content, why.Answer}
	}
	return why.Answer, nil
}

// Answered looks a key up.
func (m *memory) Answered(_ context.Context, player world.CharacterID, key, content string) (world.Value, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, found := m.asked[request{player, key}]
	switch {
	case !found:
		return nil, nil
	case old.content != content:
		return nil, refusedFor("key_used", "the key %s was used for something else: what is new needs a key of its own", key)
	case old.answer == nil:
		return true, nil
	}
	return old.answer, nil
}

// request is what somebody has asked under a key, and answered what they were told.
type (
	request struct {
		actor world.CharacterID
		key   string
	}
	answered struct {
		content string
		answer  world.Value
	}
)

func (m *memory) apply(c bindings.Change) error {
	switch c := c.(type) {
	case bindings.PutValue:
		if m.values[c.Key] = c.Value; c.Value == nil {
			delete(m.values, c.Key)
		}
	case bindings.AddValue:
		old, ok := m.values[c.Key].(float64)
		if !ok && m.values[c.Key] != nil {
			return bindings.Refused("what is stored under " + c.Key + " is not a number")
		}
		if old+c.N < c.Least {
			return bindings.Refused(fmt.Sprintf("%s would be %g, and at least %g has to be left", c.Key, old+c.N, c.Least))
		}
		m.values[c.Key] = old + c.N
	case bindings.ExpectValue:
		if !reflect.DeepEqual(script.ForClient(m.values[c.Key]), script.ForClient(c.Value)) { // an empty table is an empty list
			return bindings.Refused("what is stored under " + c.Key + " is not what was expected: read it again")
		}
	case bindings.MoveItem:
		i, by := c.Item, c.Quantity
		if c.Keeper != "" {
			i.Owner = m.numbered(bindings.Holder{Keeper: c.Keeper})
		}
		i.Quantity = max(by, -by)
		_, err := m.change(i, by)
		return err
	case bindings.PassItem:
		_, err := m.change(bindings.Item{Owner: m.numbered(c.From), Location: c.Location, Type: c.Type, Quantity: c.Quantity}, -c.Quantity)
		if err == nil {
			_, err = m.change(bindings.Item{Owner: m.numbered(c.To), Location: c.Target, Type: c.Type, Quantity: c.Quantity}, c.Quantity)
		}
		return err
	case bindings.OpenOrder:
		return m.open(c)
	case bindings.TradeOrders:
		return m.trade(c)
	case bindings.EndOrder:
		return m.end(c)
	case bindings.RepriceOrder:
		return m.reprice(c)
	case bindings.KeepStanding:
		return m.keepStanding(c)
	case bindings.KeepRoom:
		volume, stacks := 0.0, 0
		for at, n := range m.items {
			if at.owner == c.Owner && n != 0 && world.Within(at.location, c.Location) {
				volume += float64(n) * c.Volume(at.kind)
				stacks++
			}
		}
		if volume > c.Capacity*(1+1e-9) || c.Capacity == 0 && stacks > 0 {
			return refusedFor("not_enough", "there is no room: that would be %.6g m3, and %.6g fit", volume, c.Capacity)
		}
	}
	return nil
}

// Kept lists what a keeper has in a place.
func (p purse) Kept(_ context.Context, keeper, location string) ([]bindings.Item, error) {
	all, err := p.owned(p.numbered(bindings.Holder{Keeper: keeper}))
	return slices.DeleteFunc(all, func(i bindings.Item) bool { return i.Location != location }), err
}

// Places lists where a keeper has something.
func (p purse) Places(_ context.Context, keeper, prefix string, limit int) ([]string, error) {
	all, err := p.owned(p.numbered(bindings.Holder{Keeper: keeper}))
	var list []string
	for _, i := range all { // by place
		if strings.HasPrefix(i.Location, prefix) && !slices.Contains(list, i.Location) && len(list) < limit {
			list = append(list, i.Location)
		}
	}
	return list, err
}

// numbered is a holder as an owner: those who keep things and are nobody have numbers below
// zero.
func (m *memory) numbered(h bindings.Holder) world.CharacterID {
	if h.Keeper == "" {
		return h.Character
	}
	if m.keeper[h.Keeper] == 0 {
		m.keeper[h.Keeper] = world.CharacterID(-1 - len(m.keeper))
	}
	return m.keeper[h.Keeper]
}

// purse is a memory as the items' words see it.
type purse struct{ *memory }

// List lists everything of an owner.
func (p purse) List(_ context.Context, owner world.CharacterID) ([]bindings.Item, error) {
	return p.owned(owner)
}

// In lists what an owner has in a place.
func (p purse) In(_ context.Context, owner world.CharacterID, location string) ([]bindings.Item, error) {
	all, err := p.owned(owner)
	return slices.DeleteFunc(all, func(i bindings.Item) bool { return i.Location != location }), err
}

// Within lists what an owner has in a place and in those within it.
func (p purse) Within(_ context.Context, owner world.CharacterID, location string) ([]bindings.Item, error) {
	all, err := p.owned(owner)
	return slices.DeleteFunc(all, func(i bindings.Item) bool { return !world.Within(i.Location, location) }), err
}

// line is a line of the books, about a stack.
type line struct {
	at   place
	line bindings.Line
}

// Lines lists what became of a stack: what the market has traded, which is all that is
// written down here.
func (p purse) Lines(_ context.Context, i bindings.Item, before int64, limit int) ([]bindings.Line, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []bindings.Line
	for _, l := range slices.Backward(p.lines) {
		if l.at == (place{i.Owner, i.Location, i.Type}) && (before == 0 || l.line.Entry < before) && len(list) < limit {
			list = append(list, l.line)
		}
	}
	return list, nil
}

// At lists what lies in a place.
func (p purse) At(_ context.Context, location string, after bindings.Item, limit int) ([]bindings.Item, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	order := func(a, b bindings.Item) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), strings.Compare(a.Type, b.Type))
	}
	var list []bindings.Item
	for at, n := range p.items {
		i := bindings.Item{Owner: at.owner, Location: at.location, Type: at.kind, Quantity: n}
		if at.location == location && n > 0 && order(i, after) > 0 {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, order)
	return list[:min(len(list), limit)], nil
}
