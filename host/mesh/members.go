package mesh

import (
	"encoding/json"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/runtime/world"
)

// Member is a node of the cluster, as it says itself.
type Member struct {
	ID      world.NodeID `json:"id"` // of this life
	Name    string       `json:"name"`
	Role    Role         `json:"role"`
	Drained bool         `json:"drained"` // nothing is to be brought here
	Release int          `json:"release"`
	Systems int          `json:"systems"` // and services that run there
	Players int          `json:"players"` // in its systems
	Home    int          `json:"home"`    // players whose sockets it has
	Busy    float64      `json:"busy"`    // seconds that its systems have computed since it started
	Left    bool         `json:"left"`    // it says goodbye

	heard time.Duration
}

// silence is how long nothing may be heard of a member.
const silence = 3 * time.Second

// members are who is there.
type members struct {
	m *Mesh

	mu      sync.Mutex
	all     map[world.NodeID]Member
	drained bool
	clock   func() time.Duration
}

func (v *members) init(m *Mesh) {
	began := time.Now()
	v.m, v.all, v.clock = m, map[world.NodeID]Member{}, func() time.Duration { return time.Since(began) }
	v.all[m.me] = Member{ID: m.me, Name: m.cfg.Name, Role: m.cfg.Role} // we know of ourselves
}

// greet tells all of this node.
func (v *members) greet() {
	m := v.m
	me := Member{ID: m.me, Name: m.cfg.Name, Role: m.cfg.Role, Drained: v.isDrained(), Home: m.home.count()}
	if r := m.u.Release(); r != nil {
		me.Release = r.Number
	}
	for _, a := range m.u.Actors() {
		me.Systems++
		me.Players += a.Stats().Players
		me.Busy += a.Busy().Seconds()
	}
	v.note(me)
	_ = m.cfg.Bus.Tell(kindHello, asJSON(me)) // they hear the next
}

func (v *members) hear(from world.NodeID, data []byte) {
	var one Member
	if json.Unmarshal(data, &one) == nil && one.ID == from {
		v.note(one)
	}
}

func (v *members) note(one Member) {
	v.mu.Lock()
	defer v.mu.Unlock()
	one.heard = v.clock()
	v.all[one.ID] = one
}

func (v *members) isDrained() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.drained
}

// list is who is there, by name. Who has not been heard of for long is forgotten.
func (v *members) list() []Member {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []Member
	for id, one := range v.all {
		if id != v.m.me && v.clock()-one.heard > silence {
			delete(v.all, id)
			continue
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

// alive says whether a node has been heard of.
func (v *members) alive(id world.NodeID) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	one, known := v.all[id]
	return known && (id == v.m.me || v.clock()-one.heard <= silence)
}

// place chooses a worker for an actor that nobody runs: always the same, while the same
// workers are there.
func (v *members) place(a world.Address) (best world.NodeID, ok bool) {
	most := uint64(0)
	for _, one := range v.list() {
		if !one.Role.runs() || one.Drained || one.Left {
			continue
		}
		h := fnv.New64a()
		h.Write([]byte(one.Name))
		h.Write([]byte{0})
		h.Write([]byte(a))
		if sum := mix(h.Sum64()); !ok || sum > most {
			best, most, ok = one.ID, sum, true
		}
	}
	return best, ok
}

// mix spreads what FNV leaves alike in the upper bits.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Nodes lists who is in the cluster, by name.
func (m *Mesh) Nodes() []Member { return m.members.list() }
