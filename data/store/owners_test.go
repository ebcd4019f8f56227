package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotshard/data/ownership"
	"hotshard/runtime/world"
)

const (
	jita  = world.Address("@Jita")
	perim = world.Address("@Perimeter")
	ann   = world.NodeID("worker-1/a")
	ben   = world.NodeID("worker-2/b")
)

// claim acquires a subject that must be to be had, for an hour.
func claim(t testing.TB, s *Store, by world.NodeID, a world.Address, after world.Epoch) world.Fence {
	t.Helper()
	epoch, err := s.Owners().Acquire(bg, ownership.Claim{Subject: a, Owner: by, After: after, Lease: time.Hour})
	must(t, err)
	return world.Fence{Subject: a, Epoch: epoch}
}

// expire ends the lease of a subject, as time would.
func expire(t testing.TB, s *Store, a world.Address) {
	t.Helper()
	must(t, s.change(Free(bg), "expire", func(tx *tx) error {
		_, err := tx.exec(`UPDATE ownership SET until = 1 WHERE subject = ?`, string(a))
		return err
	}))
}

// refusal fails the test unless the error says that an epoch does not count; it returns what
// the table says.
func refusal(t testing.TB, err error, words ...string) ownership.Row {
	t.Helper()
	wants(t, err, ErrStale, words...)
	var no *ownership.Refusal
	if !errors.As(err, &no) {
		t.Fatalf("%v does not say who owns it", err)
	}
	return no.Row
}

// row is what the table says of a subject.
func row(t testing.TB, s *Store, a world.Address) ownership.Row {
	t.Helper()
	r, err := s.Owners().Row(bg, a)
	must(t, err)
	return r
}

func TestAnEpochIsRaisedAtEveryAcquisition(t *testing.T) {
	s := open(t)
	if r := row(t, s, jita); r.Epoch != 0 || r.Live() {
		t.Fatalf("before anybody has acquired it: %+v", r)
	}
	f := claim(t, s, ann, jita, 0)
	f = claim(t, s, ann, jita, f.Epoch) // by the same owner too
	if r := row(t, s, jita); f.Epoch != 2 || r.Epoch != 2 || r.Owner != ann || !r.Live() {
		t.Fatalf("acquired twice: %v, %+v", f, r)
	}
	o := s.Owners()
	_, err := o.Acquire(bg, ownership.Claim{Subject: jita, Owner: ben, After: 2, Lease: time.Hour})
	if r := refusal(t, err, "@Jita is worker-1/a's in epoch 2, for another"); r.Owner != ann {
		t.Errorf("the refusal says %+v", r)
	}
	_, err = o.Acquire(bg, ownership.Claim{Subject: jita, Owner: ann, After: 1, Lease: time.Hour})
	refusal(t, err) // a request that is done late: the owner has acquired it since
	_, err = o.Acquire(bg, ownership.Claim{Subject: jita, Owner: ann, After: 0, Lease: time.Hour})
	refusal(t, err)

	must(t, o.Release(bg, ben, f)) // not ben's: nothing
	must(t, o.Release(bg, ann, world.Fence{Subject: jita, Epoch: 1}))
	if !row(t, s, jita).Live() {
		t.Error("somebody else has let go of it")
	}
	must(t, o.Release(bg, ann, f))
	must(t, o.Release(bg, ann, f))
	wantsStale := s.Put(Under(bg, f), "x", "key", 1.0)
	refusal(t, wantsStale, "nobody's", "acquire it anew")
	if f = claim(t, s, ben, jita, 2); f.Epoch != 3 {
		t.Errorf("after it was let go of it is acquired in epoch %d", f.Epoch)
	}
}

func TestAcquisitionsThatMakeNoSense(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		claim ownership.Claim
		word  string
	}{
		{ownership.Claim{Owner: ann, Lease: time.Second}, "names the subject"},
		{ownership.Claim{Subject: jita, Lease: time.Second}, "names the subject"},
		{ownership.Claim{Subject: jita, Owner: ann}, "at least 1ms"},
		{ownership.Claim{Subject: jita, Owner: ann, Lease: time.Second, After: -1}, "0 is for what has never had an owner"},
	} {
		if _, err := s.Owners().Acquire(bg, c.claim); err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%+v: %v", c.claim, err)
		}
	}
}

// The table itself refuses what no statement of ours does.
func TestEpochsOnlyGrow(t *testing.T) {
	s := open(t)
	claim(t, s, ann, jita, claim(t, s, ann, jita, 0).Epoch)
	for _, text := range []string{
		`UPDATE ownership SET epoch = 1`, `UPDATE ownership SET owner = 'somebody'`, `DELETE FROM ownership`,
		`INSERT INTO ownership (subject, owner, epoch, until, lease) VALUES ('@Amarr', 'nobody', 0, 0, 0)`,
	} {
		if err := s.change(bg, "test", func(t *tx) error { _, err := t.exec(text); return err }); err == nil {
			t.Errorf("%s is done", text)
		}
	}
}

func TestOneOfManyAcquires(t *testing.T) {
	s := open(t)
	for after := world.Epoch(0); after < 5; after++ {
		var won, lost atomic.Int64
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				epoch, err := s.Owners().Acquire(bg, ownership.Claim{Subject: jita, Owner: world.NodeID(fmt.Sprint("n", i)), After: after, Lease: time.Hour})
				switch {
				case err == nil && epoch == after+1:
					won.Add(1)
				case errors.Is(err, ErrStale):
					lost.Add(1)
				default:
					t.Errorf("epoch %d, %v", epoch, err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("after epoch %d %d have acquired it, and %d were refused", after, won.Load(), lost.Load())
		}
		expire(t, s, jita)
	}
}

func TestRenewals(t *testing.T) {
	s := open(t)
	o := s.Owners()
	mine, other, gone := claim(t, s, ann, jita, 0), claim(t, s, ben, perim, 0), claim(t, s, ann, "market", 0)
	expire(t, s, gone.Subject)
	before := row(t, s, jita).Until
	lost, err := o.Renew(bg, ann, []world.Fence{mine, other, gone, {Subject: "@Nowhere", Epoch: 1}, {Subject: jita, Epoch: 7}}, 2*time.Hour)
	must(t, err)
	var names []world.Address
	for _, r := range lost {
		names = append(names, r.Subject)
	}
	if slices.Sort(names); fmt.Sprint(names) != "[@Nowhere @Perimeter market]" {
		t.Errorf("not renewed are %v", names)
	}
	if after := row(t, s, jita).Until; after.Sub(before) < time.Hour {
		t.Errorf("it lasts until %s, and until %s before", after, before)
	}
	if r := row(t, s, "market"); r.Live() || r.Epoch != gone.Epoch {
		t.Errorf("a lease that was over was renewed: %+v", r)
	}
	orphans, err := o.Orphans(bg)
	must(t, err)
	if len(orphans) != 1 || orphans[0].Subject != "market" || orphans[0].Owner != ann {
		t.Errorf("orphans are %+v", orphans)
	}
	all, err := o.List(bg)
	must(t, err)
	if len(all) != 3 || all[0].Subject != jita {
		t.Errorf("all are %+v", all)
	}
	none, err := o.Renew(bg, ann, nil, time.Hour)
	if err != nil || none != nil {
		t.Errorf("nothing to renew: %v, %v", none, err)
	}
}

// A lease from before the database's clock went back is cut to its length, by whoever looks.
func TestTheDatabasesClockGoesBack(t *testing.T) {
	s := open(t)
	f := claim(t, s, ann, jita, 0)
	must(t, s.change(bg, "later", func(t *tx) error {
		_, err := t.exec(`UPDATE ownership SET until = until + ?`, (30 * 24 * time.Hour).Microseconds())
		return err
	}))
	_, err := s.Owners().Orphans(bg)
	must(t, err)
	if r := row(t, s, jita); r.Until.Sub(r.Now) > time.Hour || r.Accepts(f) != nil {
		t.Errorf("the lease of an hour lasts another %s", r.Until.Sub(r.Now))
	}
}

func TestATransferIsOneStep(t *testing.T) {
	s := open(t)
	f := claim(t, s, ann, jita, 0)
	o := s.Owners()
	if _, err := o.Transfer(bg, f, "somebody", ben, time.Hour); err == nil {
		t.Error("somebody has given what is another's")
	}
	epoch, err := o.Transfer(bg, f, ann, ben, time.Hour)
	must(t, err)
	if r := row(t, s, jita); epoch != 2 || r.Owner != ben || r.Epoch != 2 {
		t.Errorf("it is %+v, in epoch %d", r, epoch)
	}
	refusal(t, s.Put(Under(bg, f), "x", "key", 1.0), "@Jita is worker-2/b's in epoch 2", "epoch 1 counts no more: stop it here")
	must(t, s.Put(Under(bg, world.Fence{Subject: jita, Epoch: 2}), "x", "key", 2.0))
	_, err = o.Transfer(bg, f, ann, ben, time.Hour) // the same, done late
	refusal(t, err)
}

// A group of changes is one commit; an epoch that is over takes nobody with it.
func TestAStaleEpochFailsOnlyItsOwnWrites(t *testing.T) {
	s := open(t)
	anna := player(t, s, "Anna")
	good, other, stale := claim(t, s, ann, jita, 0), claim(t, s, ann, perim, 0), claim(t, s, ann, "market", 0)
	claim(t, s, ben, "market", func() world.Epoch { expire(t, s, "market"); return 1 }())
	expired := claim(t, s, ann, "chat", 0)
	expire(t, s, "chat")
	release := hold(s)
	grant := func(ctx context.Context, n int64) error {
		_, err := s.Transact(ctx, test, ChangeItem{Owner: anna.ID, Location: "here", Type: "Ore", Quantity: n})
		return err
	}
	writes := []struct {
		fences []world.Fence
		n      int64
		fine   bool
	}{
		{[]world.Fence{good}, 1, true},
		{[]world.Fence{stale}, 10, false},
		{[]world.Fence{good, other}, 100, true},
		{[]world.Fence{good, stale}, 1000, false},
		{[]world.Fence{{Subject: jita}}, 10_000, false}, // epoch 0 is nobody's
		{[]world.Fence{{Subject: "@Nowhere"}}, 100_000, false},
		{[]world.Fence{{Subject: "@Nowhere", Epoch: 1}}, 100_000, false},
		{[]world.Fence{expired}, 1_000_000, false},
		{nil, 10_000_000, true}, // a process that has the database for itself
	}
	results := make([]error, len(writes))
	var all sync.WaitGroup
	for i, w := range writes {
		ctx := bg
		if w.fences != nil {
			ctx = Under(bg, w.fences...)
		}
		all.Go(func() { results[i] = grant(ctx, w.n) })
	}
	queued(s, len(writes))
	before := s.Stats().Commits
	release()
	all.Wait()
	if made := s.Stats().Commits - before; made > 2 { // that of hold, and theirs
		t.Errorf("they are %d commits", made)
	}
	want := int64(0)
	for i, w := range writes {
		if w.fine {
			must(t, results[i])
			want += w.n
		} else {
			refusal(t, results[i])
		}
	}
	items, err := s.ItemsIn(bg, anna.ID, "here")
	must(t, err)
	if len(items) != 1 || items[0].Quantity != want {
		t.Errorf("there is %v, want %d", items, want)
	}
}

// Every kind of write in a system's name goes through the one gate. What operators have done is noted
// whoever owns what.
func TestAllThatWritesIsFenced(t *testing.T) {
	s := open(t)
	anna := player(t, s, "Anna")
	f := claim(t, s, ann, jita, 0)
	claim(t, s, ann, jita, 1)
	ctx := Under(bg, f)
	item := Item{Owner: anna.ID, Location: "here", Type: "Ore", Quantity: 1}
	for what, write := range map[string]func() error{
		"put":      func() error { return s.Put(ctx, "x", "key", 1.0) },
		"add":      func() error { _, err := s.Add(ctx, "x", "key", 1); return err },
		"transact": func() error { _, err := s.Transact(ctx, test, ChangeItem(item)); return err },
		"give":     func() error { _, err := s.GiveItems(ctx, test, item); return err },
		"save":     func() error { return s.SaveCharacters(ctx, []Character{anna}) },
		"places":   func() error { return s.SaveCharacters(ctx, nil, Place{ID: anna.ID}) },
		"place":    func() error { return s.PlaceCharacter(ctx, anna.ID, 30000144, 0) },
	} {
		if err := write(); !errors.Is(err, ErrStale) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if v, err := s.Get(bg, "x", "key"); v != nil || err != nil {
		t.Errorf("there is %v, %v", v, err)
	}
}

// A request that was done and is asked again under its key is refused all the same once its
// epoch is over, and answered in the next.
func TestAKeyInTheNextEpoch(t *testing.T) {
	s := open(t)
	anna := player(t, s, "Anna")
	f := claim(t, s, ann, jita, 0)
	why := Why{Cause: "test", Actor: anna.ID, Key: "once", Content: "c", Answer: "done"}
	sell := func(f world.Fence) (string, error) {
		return s.Transact(Under(bg, f), why, ChangeItem{Owner: anna.ID, Location: "here", Type: "Ore", Quantity: 5})
	}
	_, err := sell(f)
	must(t, err)
	next := claim(t, s, ann, jita, f.Epoch)
	_, err = sell(f)
	refusal(t, err)
	answer, err := sell(next)
	must(t, err)
	items, err := s.ItemsIn(bg, anna.ID, "here")
	must(t, err)
	if answer != "done" || len(items) != 1 || items[0].Quantity != 5 {
		t.Errorf("answered %q, and there is %v", answer, items)
	}
}

// BenchmarkFences compares changes of 64 callers without a fence with those of 64 systems,
// each under its own, in the same run on the same database.
func BenchmarkFences(b *testing.B) {
	s := open(b)
	contexts := make([]context.Context, 64)
	for i := range contexts {
		contexts[i] = Under(bg, claim(b, s, ann, world.Address(fmt.Sprint("@", i)), 0))
	}
	rate := func(of func(i int) context.Context) float64 {
		n := max(b.N, 2000) / len(contexts)
		began := time.Now()
		var all sync.WaitGroup
		for i := range contexts {
			all.Go(func() {
				for k := range n {
					fine(b, s.Put(of(i), "bench", fmt.Sprint(i, " ", k%100), 1.0))
				}
			})
		}
		all.Wait()
		return float64(n*len(contexts)) / time.Since(began).Seconds()
	}
	plain := func(int) context.Context { return bg }
	rate(plain)
	b.ResetTimer()
	without, with := rate(plain), rate(func(i int) context.Context { return contexts[i] })
	b.ReportMetric(without, "plain/s")
	b.ReportMetric(with, "fenced/s")
	b.ReportMetric(with/without, "ratio")
}

// BenchmarkRenew renews the leases of a node that owns 1,000 systems.
func BenchmarkRenew(b *testing.B) {
	s := open(b)
	var held []world.Fence
	for i := range 1000 {
		held = append(held, claim(b, s, ann, world.Address(fmt.Sprint("@", i)), 0))
	}
	for b.Loop() {
		lost, err := s.Owners().Renew(bg, ann, held, time.Hour)
		if err != nil || len(lost) > 0 {
			b.Fatal(lost, err)
		}
	}
}

// BenchmarkTransfer hands a system from one node to another and back.
func BenchmarkTransfer(b *testing.B) {
	s := open(b)
	f, from, to := claim(b, s, ann, jita, 0), ann, ben
	for b.Loop() {
		epoch, err := s.Owners().Transfer(bg, f, from, to, time.Hour)
		must(b, err)
		f.Epoch, from, to = epoch, to, from
	}
}
