package system

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/world"
)

// reel is a Sink that keeps everything.
type reel struct {
	due    bool
	parts  []reelPart
	lost   []string
	refuse bool // the next batch
	ended  bool
}

// reelPart is an image, or a batch.
type reelPart struct {
	image []byte
	batch []byte
}

func (r *reel) Due(_ time.Time, begun bool) bool { return r.due || !begun }
func (r *reel) Image(b Beginning) {
	r.due, r.parts = false, append(r.parts, reelPart{image: b.Image})
}
func (r *reel) Inputs(b Batch) ([]byte, bool) {
	if r.refuse {
		r.refuse = false
		return b.Data, false
	}
	r.parts = append(r.parts, reelPart{batch: bytes.Clone(b.Data)})
	return b.Data, true
}
func (r *reel) After(do []func()) bool {
	for _, f := range do {
		f()
	}
	return true
}
func (r *reel) Lost(_ time.Time, why error) { r.lost = append(r.lost, why.Error()) }
func (r *reel) Ended(kept bool)             { r.ended = !kept }

// handClock is a clock that stands until it is set.
type handClock struct {
	clock.Machine
	now time.Time
}

func (c *handClock) Now() time.Time { return c.now }

// recorded is a bench whose system is recorded.
type recorded struct {
	*bench
	reel    *reel
	clock   *handClock
	clients map[world.CharacterID]*client
}

func newRecorded(t testing.TB, source string, change ...func(*Config)) *recorded {
	r := &recorded{reel: &reel{}, clock: &handClock{now: epoch}, clients: map[world.CharacterID]*client{}}
	r.bench = newBench(t, source, append(change, func(c *Config) {
		c.Record, c.Clock = r.reel, r.clock
		c.Script.Now = r.clock.Now
	})...)
	return r
}

// turn runs a tick that takes so long.
func (r *recorded) turn(took time.Duration) {
	r.now = r.now.Add(100 * time.Millisecond)
	r.clock.now = r.now
	due := r.now
	r.clock.now = r.now.Add(took)
	r.Turn(due)
}

// again runs what was recorded, and wants nothing to differ and the last state to be the
// one that the recorded system has now.
func (r *recorded) again() {
	r.t.Helper()
	r.tape.hand(r.Tick())
	var p *Playback
	steps, lookers := 0, []*Onlooker{}
	for i, part := range r.reel.parts {
		if part.image == nil {
			if err := p.Run(part.batch); err != nil {
				r.t.Fatal(err)
			}
			continue
		}
		if p != nil {
			if got, err := p.Begin(); err != nil || !bytes.Equal(got, part.image) {
				r.t.Fatalf("part %d: run again it is another: %v: %s", i, err, apart(got, part.image))
			}
			continue
		}
		var err error
		if p, err = NewPlayback(r.playback(func(s Stepped) bool {
			if len(s.Parts) > 0 {
				r.t.Fatalf("tick %d differs in %v", s.Tick, s.Parts)
			}
			for _, o := range lookers { // who looks on changes nothing
				o.Frames()
			}
			steps++
			return true
		}), part.image); err != nil {
			r.t.Fatal(err)
		}
		defer p.Close()
		for id := range world.CharacterID(5) {
			lookers = append(lookers, NewOnlooker(p.System(), id))
		}
	}
	got, err := p.System().snapshotImage()
	want, err2 := r.snapshotImage()
	if err := errors.Join(err, err2); err != nil {
		r.t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		r.t.Fatalf("run again it is another at the end: %s", apart(got, want))
	}
	if steps == 0 {
		r.t.Fatal("nothing was run")
	}
}

func (r *recorded) playback(stepped func(Stepped) bool) PlaybackConfig {
	cfg := r.System.cfg
	cfg.Events = func(st *script.State) Events { return recorder{noEvents{}, newShard(), st} }
	cfg.OnFault = nil
	return PlaybackConfig{System: cfg, Thaw: reload.Thaw, Stepped: stepped,
		Release: func(int, string) (*code.Release, error) { return nil, errTest }}
}

const recordedScript = `
function command.now() return {os.time(), os.date("%H:%M:%S"), os.clock()} end
function command.pod(p) core.pod(p) end
function command.far(p) local ok, why = core.jump(p) return {ok = ok, why = why} end
` + imagedScript

// TestARecordedSystemRunsAgain lives a random life, with slow ticks, lost frames, answers
// from outside, refusals of the rest of the shard and operators' lines, and runs it again.
func TestARecordedSystemRunsAgain(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 9))
			b := newRecorded(t, recordedScript, func(c *Config) { c.CohortsFrom = 4 })
			next := world.CharacterID(1)
			for tick := range 200 {
				for range r.IntN(4) {
					b.act(r, &next)
					if r.IntN(3) == 0 {
						b.attend()
					}
				}
				took := time.Duration(r.IntN(30)) * time.Millisecond
				if seed%2 == 1 && tick > 50 && tick < 120 {
					took *= 20
				}
				b.turn(took)
				b.reel.due = r.IntN(40) == 0
			}
			if len(b.reel.lost) > 0 {
				t.Errorf("the recording was cut: %v", b.reel.lost)
			}
			b.again()
		})
	}
}

// TestTheDateIsKnownBeforeTheFirstStep: who looks into a system that has only just been woken
// is not told of the year 1.
func TestTheDateIsKnownBeforeTheFirstStep(t *testing.T) {
	b := newRecorded(t, recordedScript)
	Between(func(s *System) {
		if got := s.date(s.cfg.Script.Now)(); !got.Equal(b.clock.now) {
			t.Errorf("it is %v, and should be %v", got, b.clock.now)
		}
	}).deliver(b.System)
	for range 3 {
		b.turn(0)
	}
	b.again()
}

// TestTheDateIsTheOneThatIsReadBack: a machine's date drifts against its steady clock by
// less than is recorded, and what is due by the calendar goes by the date to the last bit.
func TestTheDateIsTheOneThatIsReadBack(t *testing.T) {
	tp, r := &tape{}, rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		now := epoch.Add(time.Duration(r.Int64N(1e12)))
		date := now.Add(time.Duration(r.Int64N(2e10) - 1e10))
		got := tp.dated(now, date)
		if read := now.Add(time.Duration(ahead(now, date).Milliseconds()) * time.Millisecond); !got.Equal(read) {
			t.Fatalf("at %v the date %v is %v, and read back %v", now, date, got, read)
		}
		if off := got.Sub(date).Abs(); off > time.Millisecond {
			t.Fatalf("the date is off by %v", off)
		}
	}
}

// TestTheEndOfWhoIsKeptIsNoEndOfTheRecording: until all that was kept counts, a crash is made
// good from it.
func TestTheEndOfWhoIsKeptIsNoEndOfTheRecording(t *testing.T) {
	for _, kept := range []bool{true, false} {
		b := newRecorded(t, recordedScript)
		b.turn(0)
		ran := false
		b.tape.then(func() { ran = true })
		if b.tape.end(b.System, kept); b.reel.ended == kept || !ran {
			t.Errorf("kept %v: the recording has ended: %v; what was held was begun: %v", kept, b.reel.ended, ran)
		}
	}
}

// TestWhatIsHeldIsBegunInASleep: nothing else may happen before a service is asked again.
func TestWhatIsHeldIsBegunInASleep(t *testing.T) {
	for _, begun := range []bool{true, false} {
		b := newRecorded(t, recordedScript)
		if begun {
			b.turn(0)
		}
		ran := false
		b.tape.then(func() { ran = true })
		if wait, ok := b.tape.pending(b.now); !ok || wait != 0 {
			t.Errorf("begun %v: it waits %v, %v", begun, wait, ok)
		}
		if b.HandOn(); !ran {
			t.Errorf("begun %v: it is held for ever", begun)
		}
	}
}

// TestWorkThatPanicsAtTheEndIsNotDoneAgain, and messages around it are delivered once.
func TestWorkThatPanicsAtTheEndIsNotDoneAgain(t *testing.T) {
	b := newBench(t, recordedScript)
	done := 0
	b.post(Do(func(*System) { done++ }))
	b.post(Answer{ID: 1})
	b.post(Do(func(*System) { panic("as it must") }))
	b.post(Answer{ID: 2})
	func() {
		defer func() { _ = recover() }()
		b.work()
	}()
	b.work()
	if done != 1 || len(b.mail.batch) != 2 || b.mail.batch[0].(Answer).ID != 1 || b.mail.batch[1].(Answer).ID != 2 {
		t.Errorf("done %d times, left %v", done, b.mail.batch)
	}
}

// act does one thing to a recorded system.
func (b *recorded) act(r *rand.Rand, next *world.CharacterID) {
	kind, at, n := r.IntN(14), world.Vec3{X: 1e11 + r.Float64()*3e5, Y: 2e5, Z: r.Float64() * 1e5}, r.IntN(100)
	id := world.CharacterID(1 + r.IntN(int(*next)))
	c := b.clients[id]
	switch kind {
	case 0, 1:
		id = *next
		*next++
		b.clients[id] = newClient()
		b.clients[id].keeps = id%2 == 0
		c := Character{ID: id, Name: fmt.Sprint("P", id), System: 1, Ship: wren(at), Data: map[string]world.Value{"n": float64(n)}}
		if n%4 == 0 {
			c.Ship, c.Station = nil, stationID
		}
		b.post(Enter{Character: c, Client: b.clients[id], Reason: ReasonLogin})
	case 2, 3:
		if c != nil {
			name := []string{"think", "say", "bad", "price", "nothing", "stored", "order", "now", "far", "pod", "pod"}[n%11]
			b.post(Command{Player: id, Client: c, ID: uint64(n), Name: name, Args: map[string]world.Value{"text": "hello", "s": float64(n % 5)}})
		}
	case 4:
		b.post(Answer{ID: uint64(1 + n%9), Values: []world.Value{float64(n)}})
	case 5:
		b.post([]Message{Result{ID: uint64(1 + n%8), Value: map[string]world.Value{"n": float64(n)}}, Result{ID: uint64(1 + n%8), Err: "no", Refused: n%2 == 0}}[n/50])
	case 6:
		if c != nil && n < 30 {
			b.post(Detach{Player: id, Client: c})
		} else if c != nil {
			b.post(Detach{Player: id, Client: newClient()})
		}
	case 7:
		if c != nil && n < 60 {
			b.clients[id] = newClient()
			b.post(Attach{Player: id, Client: b.clients[id]})
		}
	case 8:
		if n < 20 {
			b.post(Leave{Player: id, Reason: "quit"})
		}
	case 9:
		if c != nil {
			c.lost = true
		}
	case 10:
		b.shard.refusing = nil
		if n%2 == 0 {
			b.shard.refusing = errTest
		}
		b.shard.crowd = Crowd{Name: "Beta", Address: "@Beta", Cap: 9, Waiting: n, Full: n%3 == 0}
	case 11:
		b.post(Do(func(s *System) { s.State().Eval("main.n = main.n + 1 return main.n", "amy", nil) }))
	case 12:
		b.post(Event{From: "@Beta", Name: "nothing", Args: []world.Value{"x", float64(n)}})
	case 13:
		b.post(Tell{Player: id, Event: wire.NewEvent("mail", map[string]world.Value{"n": float64(n)})})
	}
}
