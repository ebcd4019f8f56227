package testworld

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/bindings"
	"hotshard/runtime/world"
)

// memory is a store that forgets everything at the end of the test. Calls come
// from many goroutines.
type memory struct {
	mu     sync.Mutex
	values map[string]world.Value
	items  map[place]int64
	asked  map[request]answered
	orders map[int64]*bindings.Order
	days   []bindings.Day
	lines  []line
	keeper map[string]world.CharacterID // numbers below zero, by name
	now    func() time.Time
}

// place is where a stack of things lies.
type place struct {
	owner    world.CharacterID
	location string
	kind     string
}

func newMemory() *memory {
	return &memory{values: map[string]world.Value{}, items: map[place]int64{}, asked: map[request]answered{}, orders: map[int64]*bindings.Order{}, keeper: map[string]world.CharacterID{}}
}

// Get returns a value, nil where there is none.
func (m *memory) Get(_ context.Context, key string) (world.Value, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[key], nil
}

// Put keeps a value.
func (m *memory) Put(_ context.Context, key string, value world.Value) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value == nil {
		delete(m.values, key)
	} else {
		m.values[key] = value
	}
	return nil
}

// Add adds to a number.
func (m *memory) Add(_ context.Context, key string, n float64) (float64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.values[key].(float64)
	if !ok && m.values[key] != nil {
		return 0, fmt.Errorf("the value of %s is not a number", key)
	}
	m.values[key] = old + n
	return old + n, nil
}

// owned lists everything of an owner.
func (m *memory) owned(owner world.CharacterID) ([]bindings.Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []bindings.Item
	for at, n := range m.items {
		if at.owner == owner && n > 0 {
			list = append(list, bindings.Item{Owner: owner, Location: at.location, Type: at.kind, Quantity: n})
		}
	}
	slices.SortFunc(list, func(a, b bindings.Item) int {
		return strings.Compare(a.Location+"\x00"+a.Type, b.Location+"\x00"+b.Type)
	})
	return list, nil
}

// Give adds to a stack.
func (m *memory) Give(_ context.Context, _ bindings.Why, i bindings.Item) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.change(i, i.Quantity)
}

// Take removes from a stack.
func (m *memory) Take(_ context.Context, _ bindings.Why, i bindings.Item) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.change(i, -i.Quantity)
}

// Move takes and gives in one go.
func (m *memory) Move(_ context.Context, _ bindings.Why, from bindings.Item, owner world.CharacterID, location string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.change(from, -from.Quantity); err != nil {
		return err
	}
	from.Owner, from.Location = owner, location
	_, err := m.change(from, from.Quantity)
	return err
}

func (m *memory) change(i bindings.Item, by int64) (int64, error) {
	at := place{i.Owner, i.Location, i.Type}
	if i.Quantity <= 0 {
		return 0, refusedFor("invalid", "the quantity must be positive")
	}
	if m.items[at]+by < 0 {
		return 0, refusedFor("not_enough", "not enough %s: there are %d", i.Type, m.items[at])
	}
	m.items[at] += by
	return m.items[at], nil
}
