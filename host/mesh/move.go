package mesh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// order is what whoever runs something is asked.
type order struct {
	Subject world.Address
	To      world.NodeID
}

// Move has a system or service run on the node of a name from now on, wherever it runs. It
// returns when it does; after an error it runs where it did.
func (m *Mesh) Move(ctx context.Context, a world.Address, name string) error {
	a = m.u.Canonical(a)
	to, err := m.members.named(name)
	if err != nil {
		return err
	}
	if m.Here(a) {
		return m.moveHence(ctx, a, to)
	}
	row, err := m.cfg.Owners.Row(ctx, a)
	if err != nil {
		return err
	}
	if !row.Live() {
		return fmt.Errorf("%s does not run", a)
	}
	if row.Owner == to {
		return fmt.Errorf("%s runs on %s already", a, name)
	}
	_, err = m.cfg.Bus.Request(ctx, row.Owner, kindMove, fmt.Sprintf("move %s to %s", a, name), asJSON(order{a, to}))
	return err
}

// RunsOn is the name of the node that runs an actor, "" where nobody does or it is not known.
func (m *Mesh) RunsOn(ctx context.Context, a world.Address) string {
	row, err := m.cfg.Owners.Row(ctx, m.u.Canonical(a))
	if err != nil || !row.Live() {
		return ""
	}
	for _, one := range m.members.list() {
		if one.ID == row.Owner {
			return one.Name
		}
	}
	return ""
}

func (m *Mesh) serveMove(ctx context.Context, _ world.NodeID, data []byte) ([]byte, error) {
	var o order
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, err
	}
	if !m.Here(o.Subject) {
		return nil, fmt.Errorf("%s does not run on %s any more: ask again", o.Subject, m.cfg.Name)
	}
	return nil, m.moveHence(ctx, o.Subject, o.To)
}

// moveHence moves what runs here.
func (m *Mesh) moveHence(ctx context.Context, a world.Address, to world.NodeID) error {
	if to == m.me {
		return fmt.Errorf("%s runs on %s already", a, m.cfg.Name)
	}
	done := make(chan cluster.Moved, 1)
	m.space.mu.Lock()
	m.space.waiting[a] = append(m.space.waiting[a], done)
	m.space.mu.Unlock()
	m.n.Hear(cluster.MoveTo{Subject: a, To: to})
	select {
	case e := <-done:
		if e.Why != "" {
			return fmt.Errorf("%s has not moved, and runs on where it was: %s", a, e.Why)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("nobody has said yet whether %s has moved: %w", a, ctx.Err())
	}
}

// named is the node of a name that runs systems.
func (v *members) named(name string) (world.NodeID, error) {
	for _, one := range v.list() {
		if one.Name != name {
			continue
		}
		switch {
		case !one.Role.runs():
			return "", fmt.Errorf("%s is a proxy: it runs nothing", name)
		case one.Drained:
			return "", fmt.Errorf("%s is drained: it takes nothing", name)
		}
		return one.ID, nil
	}
	return "", fmt.Errorf("there is no node called %s: nodes lists them", name)
}

// Drain moves everything away that runs here, and lets nothing come any more. It goes on after
// what cannot be moved, and names that.
func (m *Mesh) Drain(ctx context.Context) error {
	m.members.drain(true)
	defer m.members.greet()
	var errs []error
	for _, s := range m.u.Actors() {
		a := s.Address()
		to, ok := m.members.place(a)
		if !ok {
			return errors.New("there is no other worker that takes what runs here")
		}
		if m.Here(a) {
			errs = append(errs, m.moveHence(ctx, a, to))
		}
	}
	return errors.Join(errs...)
}

// drain says whether anything is to be brought here any more.
func (v *members) drain(is bool) {
	v.mu.Lock()
	v.drained = is
	v.mu.Unlock()
	v.greet()
}

// DrainNode is Drain of the node of a name or, where it is not to be drained, has it take
// systems again.
func (m *Mesh) DrainNode(ctx context.Context, name string, drained bool) error {
	for _, one := range m.members.list() {
		if one.Name != name {
			continue
		}
		if !one.Role.runs() {
			return fmt.Errorf("%s is a proxy: nothing runs there", name)
		}
		what := "drain " + name
		if !drained {
			what = "undrain " + name
		}
		_, err := m.cfg.Bus.Request(ctx, one.ID, kindDrain, what, asJSON(drained))
		return err
	}
	return fmt.Errorf("there is no node called %s: nodes lists them", name)
}

func (m *Mesh) serveDrain(ctx context.Context, _ world.NodeID, data []byte) ([]byte, error) {
	var drained bool
	if err := json.Unmarshal(data, &drained); err != nil {
		return nil, err
	}
	if drained {
		return nil, m.Drain(ctx)
	}
	m.members.drain(false)
	return nil, nil
}

// Runs lists what runs here.
func (m *Mesh) Runs() []world.Address {
	m.space.mu.Lock()
	defer m.space.mu.Unlock()
	var out []world.Address
	for a := range m.space.held {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}
