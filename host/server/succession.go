package server

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"maps"
	"net"
	"os"
	"sync"
	"time"

	"hotshard/host/handover"
	"hotshard/host/metrics"
	"hotshard/runtime/clock"
	"hotshard/runtime/release"
)

// What two processes of a shard say to each other while one takes over from the other;
// HANDOVER.md tells the whole of it.
const (
	sayProve uint8 = 1 + iota // here is what you are to go on with, and copies of some systems
	_                         // was sayPlayers, of connections alone
	sayTake                   // the game stands still: here are the lock and the listeners
	sayGate                   // and what is known of players
	sayImage                  // and what is known of a system
	sayAll                    // that was everything
	sayYours                  // it is yours: go on

	sayProved  // the new one: I can
	sayHere    // I have the connections
	sayReady   // I could go on from here; nothing has changed yet
	sayGoing   // I have gone on
	sayRefused // I cannot, and why

	sayPlayers // the old one, after sayProve: here are players' connections
	sayBytes   // and after sayImage: the system itself
)

// speech is what both have to speak. It counts up with what they say in another way.
const speech = 2

// sayings names them in errors.
var sayings = map[uint8]string{
	sayProve: "prove", sayPlayers: "players", sayHere: "here", sayTake: "take", sayGate: "gate", sayImage: "image", sayBytes: "bytes", sayAll: "all", sayYours: "yours",
	sayProved: "proved", sayReady: "ready", sayGoing: "going", sayRefused: "refused",
}

// testament is what the new process needs to prove itself.
type testament struct {
	Speech  int
	Shard   string
	PID     int
	Version string
	Disk    bundle // the scripts, without patches
	Live    string // the hash of what runs
	Broken  []string
	Patches []release.Patch
	Images  []legacy // copies
}

// bundle is a release as bytes.
type bundle struct {
	Number int
	Files  map[string][]byte
}

// legacy is a system.
type legacy struct {
	Head  imageHead
	Image []byte
}

// attested is what a process has shown that could go on.
type attested struct {
	Live    string // the hash of what it would run
	Version string
	Thawed  int // copies
}

// estate is what comes when the game stands still, with its files in this order.
type estate struct {
	Given  []string // what the files are
	By     string   // who wanted it
	Line   string   // and in what words
	Counts map[string]uint64
}

// The files of an estate.
const (
	fileLock    = "lock"
	filePlay    = "play"
	fileOps     = "ops"
	fileConsole = "console"
	fileSSH     = "ssh"
)

// transfer is the last word: when the game began to stand still, and what was found out.
type transfer struct {
	Paused int64 // ns since 1970
	Proof  time.Duration
}

// started says how long the game stood still.
type started struct{ Pause time.Duration }

// steps is how long each of several steps took, for the log.
type steps struct {
	clock clock.Clock
	last  time.Time
	cpu   float64
	took  []any // name, duration, ...
}

func newSteps(c clock.Clock) *steps { return &steps{clock: c, last: c.Now(), cpu: cpuSeconds()} }

// done notes the end of a step.
func (t *steps) done(name string) {
	now, cpu := t.clock.Now(), cpuSeconds()
	t.took = append(t.took, name, fmt.Sprintf("%.1f ms (%.1f of processors)", 1e3*now.Sub(t.last).Seconds(), 1e3*(cpu-t.cpu)))
	t.last, t.cpu = now, cpu
}

// given are listeners that another process has opened; nil where it has not.
type given struct{ play, ops, console, ssh net.Listener }

// say sends a message.
func say(c *handover.Conn, kind uint8, v any, files ...int) error {
	var b bytes.Buffer
	if v != nil {
		if err := gob.NewEncoder(&b).Encode(v); err != nil {
			return fmt.Errorf("%s: %w", sayings[kind], err)
		}
	}
	return c.Send(handover.Message{Kind: kind, Data: b.Bytes(), Files: files})
}

// understand reads what a message holds.
func understand(m handover.Message, v any) error {
	if err := gob.NewDecoder(bytes.NewReader(m.Data)).Decode(v); err != nil {
		return fmt.Errorf("%s cannot be read: it is of a program that speaks otherwise: %w", sayings[m.Kind], err)
	}
	return nil
}

// The ends of upgrades, as metrics have them.
const (
	upgradeDone    = "done"
	upgradeRefused = "refused" // the new program did not prove itself
	upgradeUndone  = "undone"  // it failed when the game stood still already
)

// succession is the way of a shard from one process to the next.
type succession struct {
	over   chan struct{} // closed when another process has taken over
	ctx    context.Context
	cancel context.CancelFunc // breaks off an upgrade that is under way

	mu      sync.Mutex
	running sync.WaitGroup
	counts  map[string]uint64
	pause   time.Duration               // of the last one that was done
	leaves  func(context.Context) error // set, with the next, before over is closed
	by      int
}

func (c *succession) init() {
	c.over, c.counts = make(chan struct{}), map[string]uint64{}
	c.ctx, c.cancel = context.WithCancel(context.Background())
}

// done says whether another process has taken over.
func (c *succession) done() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}

// wait waits for an upgrade that is under way, and says whether another process has taken
// over.
func (c *succession) wait() bool {
	c.running.Wait()
	return c.done()
}

// note counts how an upgrade has ended.
func (c *succession) note(how string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[how]++
}

func (c *succession) counted() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts)
}

// took notes that this process has taken over: what was counted before goes on.
func (c *succession) took(counts map[string]uint64, pause time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for how, n := range counts {
		c.counts[how] += n
	}
	c.counts[upgradeDone]++
	c.pause = pause
}

// Figures implements metrics.Part.
func (c *succession) Figures(to metrics.Sheet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, how := range []string{upgradeDone, upgradeRefused, upgradeUndone} {
		to.Put(metrics.Upgrades, float64(c.counts[how]), how)
	}
	to.Put(metrics.UpgradePause, c.pause.Seconds())
}

// ownProgram is the file that this process runs, as it was called when it started.
var ownProgram, errOwnProgram = os.Executable()
