package simulation

import (
	"slices"
	"strings"
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// Table is a model of the table of owners. Times are by the database's clock.
type Table struct {
	rows map[world.Address]*owned
	// SameEpoch plants the bug of that name.
	SameEpoch bool
}

// owned is a row.
type owned struct {
	owner        world.NodeID
	epoch        world.Epoch
	until, lease time.Duration
}

// NewTable returns a table in which nobody owns anything.
func NewTable() *Table { return &Table{rows: map[world.Address]*owned{}} }

// Row is what it says of a subject.
func (t *Table) Row(a world.Address, now time.Duration) cluster.Row {
	r := t.rows[a]
	if r == nil {
		return cluster.Row{Subject: a}
	}
	return cluster.Row{Subject: a, Owner: r.owner, Epoch: r.epoch, Live: r.owner != "" && r.until > now}
}

// Acquire is as cluster.Acquire says.
func (t *Table) Acquire(me world.NodeID, a world.Address, after world.Epoch, from world.NodeID, lease, now time.Duration) (world.Epoch, bool) {
	row := t.Row(a, now)
	if row.Epoch != after || row.Live && row.Owner != me && (from == "" || row.Owner != from) {
		return 0, false
	}
	epoch := after + 1
	if t.SameEpoch && row.Owner == me {
		epoch = after
	}
	t.rows[a] = &owned{me, epoch, now + lease, lease}
	return epoch, true
}

// Owns says whether a write of the fence's is accepted.
func (t *Table) Owns(me world.NodeID, f world.Fence, now time.Duration) bool {
	row := t.Row(f.Subject, now)
	return f.Epoch != 0 && row.Epoch == f.Epoch && row.Owner == me && row.Live
}

// Renew is as cluster.Renew says, and returns the rows of what was not renewed.
func (t *Table) Renew(me world.NodeID, held []world.Fence, lease, now time.Duration) (lost []cluster.Row) {
	for _, f := range held {
		if !t.Owns(me, f, now) {
			lost = append(lost, t.Row(f.Subject, now))
			continue
		}
		r := t.rows[f.Subject]
		r.until, r.lease = now+lease, lease
	}
	return lost
}

// Release is as cluster.Release says.
func (t *Table) Release(me world.NodeID, f world.Fence) bool {
	r := t.rows[f.Subject]
	if r == nil || r.owner != me || r.epoch != f.Epoch {
		return false
	}
	r.owner, r.until = "", 0
	return true
}

// Orphans is as cluster.Look says. A lease that is to last longer from now on than it was
// given for was given before the clock went back, and is cut to that.
func (t *Table) Orphans(now time.Duration) (all []cluster.Row) {
	for a, r := range t.rows {
		r.until = min(r.until, now+r.lease)
		if row := t.Row(a, now); row.Owner != "" && !row.Live {
			all = append(all, row)
		}
	}
	slices.SortFunc(all, func(a, b cluster.Row) int { return strings.Compare(string(a.Subject), string(b.Subject)) })
	return all
}
