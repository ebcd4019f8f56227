package node

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/data/ownership"
	"hotshard/data/store"
	"hotshard/runtime/cluster/simulation"
	"hotshard/runtime/world"
)

// The simulation's table of owners is a model: what it answers, the real ones answer too,
// request by request.
func TestTheModelIsTrue(t *testing.T) {
	for seed := range uint64(2) {
		onEach(t, 1, func(t *testing.T, all []*member, _ *bus) {
			all[0].kill()
			compare(t, all[0].store, rand.New(rand.NewPCG(seed, 3)))
		})
	}
}

// compare makes random requests of a store and of the model. Time passes in the model when it
// has in the store: leases are long, or are over before the next request.
func compare(t *testing.T, s *store.Store, r *rand.Rand) {
	model, now, real := simulation.NewTable(), time.Duration(0), s.Owners()
	subjects, nodes := []world.Address{"@A", "@B"}, []world.NodeID{"n0", "n1", "n2"}
	for step := range 150 {
		a, me, from := subjects[r.IntN(len(subjects))], nodes[r.IntN(len(nodes))], append(nodes, "")[r.IntN(len(nodes)+1)]
		epoch := max(0, model.Row(a, now).Epoch-world.Epoch(r.IntN(4)/3)) // mostly the one that it is
		f := world.Fence{Subject: a, Epoch: epoch}
		lease := time.Hour
		if r.IntN(3) == 0 {
			lease = time.Millisecond
		}
		var want, got, what string
		switch r.IntN(6) {
		case 0, 1, 2:
			what = fmt.Sprintf("%s acquires %s after %d from %q", me, a, epoch, from)
			e, ok := model.Acquire(me, a, epoch, from, lease, now)
			want = fmt.Sprint(e, ok)
			e, err := real.Acquire(bg, ownership.Claim{Subject: a, Owner: me, After: epoch, From: from, Lease: lease})
			got = fmt.Sprint(e, err == nil)
			if no := (*ownership.Refusal)(nil); err != nil && !errors.As(err, &no) {
				t.Fatal(err)
			}
		case 3:
			what = fmt.Sprintf("%s renews %v", me, f)
			want = fmt.Sprint(len(model.Renew(me, []world.Fence{f}, lease, now)))
			lost, err := real.Renew(bg, me, []world.Fence{f}, lease)
			got = fmt.Sprint(len(lost))
			if err != nil {
				t.Fatal(err)
			}
		case 4:
			what = fmt.Sprintf("%s lets go of %v", me, f)
			model.Release(me, f)
			if err := real.Release(bg, me, f); err != nil {
				t.Fatal(err)
			}
		case 5:
			what = fmt.Sprintf("a write under %v", f)
			row := model.Row(a, now)
			want = fmt.Sprint(model.Owns(row.Owner, f, now))
			got = fmt.Sprint(s.Put(store.Under(bg, f), "x", "key", 1.0) == nil)
		}
		if want != got {
			t.Fatalf("step %d, %s: the model says %s, and the store %s", step, what, want, got)
		}
		now += time.Second // the short ones are over
		settle(t, real, model, now, what)
	}
}

// settle waits until the short leases are over in the store as well, and compares all.
func settle(t *testing.T, real *ownership.Table, model *simulation.Table, now time.Duration, what string) {
	t.Helper()
	var orphans []string
	for _, r := range model.Orphans(now) {
		orphans = append(orphans, fmt.Sprint(r.Subject, r.Owner, r.Epoch))
	}
	until(t, what+": the orphans are those of the model", func() bool {
		all, err := real.Orphans(bg)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range all {
			got = append(got, fmt.Sprint(r.Subject, r.Owner, r.Epoch))
		}
		return strings.Join(got, " ") == strings.Join(orphans, " ")
	})
	all, err := real.List(bg)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if m := model.Row(r.Subject, now); m.Owner != r.Owner || m.Epoch != r.Epoch || m.Live != r.Live() {
			t.Fatalf("%s: the model has %+v, and the store %+v", what, m, r)
		}
	}
	if !slices.IsSortedFunc(all, func(a, b ownership.Row) int { return strings.Compare(string(a.Subject), string(b.Subject)) }) {
		t.Error("the list is in no order")
	}
}
