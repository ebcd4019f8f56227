package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotshard/host/hostile"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/peer"
)

// How the shard is attacked by the suite. HOTSHARD_HOSTILE is another size: thousands for
// `make hostile`.
const (
	attackSize = 120
	honest     = 12
)

// impatient is how long the shard waits for slow clients while it is attacked: what the
// suite waits for.
const impatient = 3 * time.Second

// besieged is a production shard under attack, with honest players.
type besieged struct {
	*shard
	size   int
	chorus *hostile.Chorus
	errors atomic.Int64 // lines of the log that are one
	lines  atomic.Int64 // and all that are no notes
	rows   []string     // the table
}

// TestHostileClients attacks a shard in all ways that package hostile has, one after the
// other, and those that need patience together. Honest players must notice nothing; what is
// refused must be counted; sockets must be few, and gone afterwards. Run with -v it shows a
// table.
func TestHostileClients(t *testing.T) { // alone: what comes too fast has to come fast
	if runtime.GOOS != "linux" {
		t.Skip("attackers come from 127.0.0.0/8, which is Linux's")
	}
	b := &besieged{size: attackSize}
	if n, err := strconv.Atoi(os.Getenv("HOTSHARD_HOSTILE")); err == nil {
		b.size = n
	}
	cfg := production(t)
	cfg.SignInTime, cfg.HTTPTime = impatient, impatient
	cfg.Log = slog.New(counted{cfg.Log.Handler(), b})
	b.shard = start(t, cfg)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b.sing(ctx)
	base := runtime.NumGoroutine()
	var slow []hostile.Attack
	for _, a := range hostile.Attacks() {
		if a.Slow {
			slow = append(slow, a)
			continue
		}
		b.attack(ctx, a)
	}
	b.attack(ctx, slow...)
	b.until("sockets of attackers are left", func() bool {
		all, nobodys := b.turnstile.Open()
		return all == honest && nobodys == 0 && b.gate.Stats().Sockets == honest
	})
	b.until("goroutines of attackers are left", func() bool { return runtime.NumGoroutine() <= base })
	if err := b.chorus.End(); err != nil {
		t.Error(err)
	}
	if b.chorus.Answers() == 0 {
		t.Error("nobody honest has asked anything")
	}
	if n := b.errors.Load(); n > 0 {
		t.Errorf("strangers have written %d errors to the operators' log", n)
	}
	t.Logf("\n%s\n%d answers to honest players, each right", strings.Join(b.rows, "\n"), b.chorus.Answers())
}

// counted is a log that counts what is worth an operator's attention.
type counted struct {
	slog.Handler
	b *besieged
}

func (c counted) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		c.b.errors.Add(1)
	}
	if r.Level >= slog.LevelWarn {
		c.b.lines.Add(1)
	}
	return c.Handler.Handle(ctx, r)
}

func (c counted) WithAttrs(a []slog.Attr) slog.Handler { return counted{c.Handler.WithAttrs(a), c.b} }
func (c counted) WithGroup(n string) slog.Handler      { return counted{c.Handler.WithGroup(n), c.b} }

// at is an address of the n-th of a group of people: no two groups share one.
func at(group, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, 1, byte(group), byte(n + 1)})
}

func tcp(a netip.Addr) net.Addr { return net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0)) }

// sing brings the honest players in.
func (b *besieged) sing(ctx context.Context) {
	song := hostile.Song{URL: "ws://" + b.Addr() + "/play", Password: "secret secret", Register: true, Every: 10 * time.Millisecond}
	for n := range honest {
		song.Names, song.From = append(song.Names, fmt.Sprintf("Pilot %d", n)), append(song.From, tcp(at(200, n)))
	}
	var err error
	if b.chorus, err = hostile.Sing(ctx, song); err != nil {
		b.t.Fatal(err)
	}
}

// mostLines is what attacks may write to the log, whatever their size: each burst of a
// network is a line.
const mostLines = 40

// attack attacks in some ways at once, while others sign in, and notes what came of it.
func (b *besieged) attack(ctx context.Context, ways ...hostile.Attack) {
	b.t.Helper()
	before, lines := b.counts(), b.lines.Load()
	watched := b.watch()
	over, stop := context.WithCancel(ctx)
	var newcomers int
	var arriving, fighting sync.WaitGroup
	arriving.Go(func() { newcomers = b.newcomers(over, len(b.rows)) })
	tolls := make([]hostile.Toll, len(ways))
	for i, a := range ways {
		fighting.Go(func() {
			var err error
			if tolls[i], err = a.Run(over, b.target(len(b.rows)+i)); err != nil {
				b.t.Errorf("%s: %v", a.Name, err)
			}
		})
	}
	fighting.Wait()
	stop()
	arriving.Wait()
	most := watched()
	for i, a := range ways {
		b.check(a, tolls[i], before)
	}
	b.row(ways, before, most, newcomers)
	if n := b.lines.Load() - lines; n > mostLines {
		b.t.Errorf("%s: %d lines in the operators' log", ways[0].Name, n)
	}
}

// target is the shard, for the i-th attack: with addresses and an account of its own.
func (b *besieged) target(i int) *hostile.Target {
	t := &hostile.Target{Addr: b.Addr(), Size: b.size, Name: fmt.Sprintf("Foe %d", i), Password: "secret secret"}
	for n := range 32 {
		t.From = append(t.From, at(i, n))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := t.Prepare(ctx); err != nil {
		b.t.Error(err)
	}
	return t
}

// newcomers sign in one after the other for as long as there is an attack, once at least,
// and are all let in.
func (b *besieged) newcomers(ctx context.Context, group int) (n int) {
	for ; n == 0 || ctx.Err() == nil; n++ {
		within, cancel := context.WithTimeout(context.Background(), patience)
		err := func() error {
			c, err := client.Dial(within, "ws://"+b.Addr()+"/play", client.Options{Local: tcp(at(100+group, n/accountsEach))})
			if err != nil {
				return err
			}
			defer c.Close()
			_, err = c.Request(within, "register", credentials(fmt.Sprintf("New %d %d", group, n)))
			return err
		}()
		cancel()
		if err != nil {
			b.t.Errorf("an honest newcomer: %v", err)
			return n
		}
		if n >= 250*accountsEach {
			return n
		}
		time.Sleep(5 * time.Millisecond) // they come one by one
	}
	return n
}

// accountsEach is how many accounts one address may make at once.
const accountsEach = 20

// crowdedMost is what the suite has seen of connections at once.
type crowdedMost struct{ connections, unsigned, each int }

// watch looks at the connections until the function it returns is called.
func (b *besieged) watch() func() crowdedMost {
	var most crowdedMost
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			all, _ := b.turnstile.Open()
			each := map[netip.Addr]int{}
			b.gate.End(func(w gate.Who) bool { // which ends nobody
				if w.Character == 0 {
					each[w.From]++
				}
				return false
			}, "", "")
			most.connections, most.unsigned = max(most.connections, all), max(most.unsigned, b.gate.Stats().Pending)
			for _, n := range each {
				most.each = max(most.each, n)
			}
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() crowdedMost { close(stop); <-done; return most }
}

func (b *besieged) counts() map[peer.Refusal]uint64 {
	out := map[peer.Refusal]uint64{}
	peer.EachRefusal(func(r peer.Refusal) { out[r] = b.refusals.Of(r) })
	return out
}

// check holds what an attack was refused against what was counted.
func (b *besieged) check(a hostile.Attack, toll hostile.Toll, before map[peer.Refusal]uint64) {
	b.t.Helper()
	for why, n := range toll {
		b.until(fmt.Sprintf("%s: %d refusals of the kind %s are not all counted", a.Name, n, why), func() bool { return b.refusals.Of(why)-before[why] >= n })
	}
	for _, why := range a.Sure {
		if toll[why] == 0 {
			b.t.Errorf("%s: nothing is refused as %s: %v", a.Name, why, toll)
		}
	}
}

// row notes an attack for the table.
func (b *besieged) row(ways []hostile.Attack, before map[peer.Refusal]uint64, most crowdedMost, newcomers int) {
	b.t.Helper()
	var names, refused []string
	for _, a := range ways {
		names = append(names, a.Name)
	}
	peer.EachRefusal(func(r peer.Refusal) {
		if n := b.refusals.Of(r) - before[r]; n > 0 {
			refused = append(refused, fmt.Sprintf("%d %s", n, r))
		}
	})
	if most.unsigned > 2000 || most.each > 1000 { // of which 50 are not on their way out
		b.t.Errorf("%s: %+v", names, most)
	}
	b.rows = append(b.rows, fmt.Sprintf("| %-28s | %5d | %3d | %5d | %s |", strings.Join(names, ", "), most.connections, most.each, newcomers, strings.Join(refused, ", ")))
}
