package mesh

import (
	"encoding/json"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// Member is a node of the cluster, as it says itself.
type Member struct {
	ID      world.NodeID `json:"id"` // of this life
	Name    string       `json:"name"`
	Role    Role         `json:"role"`
	Drained bool         `json:"drained"` // nothing is to be brought here
	Release int          `json:"release"`
	Hash    string       `json:"hash"`    // of the release
	Code    int          `json:"code"`    // the version of that, with patches and canaries
	Differ  int          `json:"differ"`  // files on its disk that are not as it runs them
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
	left    bool
	pins    map[world.Address]string // never changed, only replaced
	differ  int
	since   time.Duration // when this node began to hear the others, or did again; 0: it does not
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
	me := Member{ID: m.me, Name: m.cfg.Name, Role: m.cfg.Role, Home: m.home.count(), Code: m.cfg.Code()}
	v.mu.Lock()
	me.Drained, me.Differ, me.Left = v.drained, v.differ, v.left
	v.mu.Unlock()
	if r := m.u.Release(); r != nil {
		me.Release, me.Hash = r.Number, r.Hash
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
	if json.Unmarshal(data, &one) != nil || one.ID != from {
		return
	}
	if v.note(one) {
		v.m.work.Go(v.greet) // who has just come is to know of us at once
	}
	if r := v.m.u.Release(); r != nil && (one.Hash != r.Hash || one.Code != v.m.cfg.Code()) {
		v.m.cfg.Differs(one)
	}
}

// note keeps what a member has said, and says whether it is new.
func (v *members) note(one Member) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, known := v.all[one.ID]
	if one.Left && one.ID != v.m.me {
		delete(v.all, one.ID)
		return false
	}
	one.heard = v.clock()
	v.all[one.ID] = one
	return !known
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

// listen notes that this node hears the others from now on.
func (v *members) listen() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.since = v.clock()
}

// Silent says whether a node would have been heard of for a while, and has not been: it is gone, or
// cut off.
func (m *Mesh) Silent(id world.NodeID) bool {
	v := &m.members
	if !m.cfg.Bus.Up() || v.alive(id) {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.since > 0 && v.clock()-v.since > silence
}

// place chooses a worker for an actor that nobody runs: the one that it is pinned to, or always
// the same, while the same workers are there.
func (v *members) place(a world.Address) (best world.NodeID, ok bool) {
	most, pin := uint64(0), v.m.Pin(a)
	for _, one := range v.list() {
		if !one.Role.runs() || one.Drained || one.Left {
			continue
		}
		if one.Name == pin {
			return one.ID, true
		}
		if n := liking(one.Name, a); !ok || n > most {
			best, most, ok = one.ID, n, true
		}
	}
	return best, ok
}

// placeOf is where an actor whose owner is dead is best begun: on the node that place chooses, as all
// that hear the same of each other know. A node that is drained leaves it to the others.
func (v *members) placeOf(a world.Address) cluster.Place {
	if to, ok := v.place(a); ok && to == v.m.me {
		return cluster.Mine
	}
	return cluster.Elsewhere
}

// liking is how much a node likes to run an actor: the one that likes it most does. Where a node
// comes or goes, only what it runs moves.
func liking(node string, a world.Address) uint64 {
	h := fnv.New64a()
	h.Write([]byte(node))
	h.Write([]byte{0})
	h.Write([]byte(a))
	return mix(h.Sum64())
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

// Greet tells the others of this node now, and not only in its time: something has changed.
func (m *Mesh) Greet() { m.members.greet() }

// SetDiffer says how many files on this node's disk are not as it runs them.
func (m *Mesh) SetDiffer(files int) {
	m.members.mu.Lock()
	defer m.members.mu.Unlock()
	m.members.differ = files
}

// First says whether this node is the first by name of those that run systems, or of all where
// none does: what one of them is to do for all, it does.
func (m *Mesh) First() bool {
	all := m.members.list()
	i := slices.IndexFunc(all, func(one Member) bool { return one.Role.runs() && !one.Drained })
	return all[max(i, 0)].ID == m.me
}
