package serve_test

import (
	"net"
	"sync"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/console/serve"
	"hotshard/runtime/clock"
)

// handClock is turned by a test. It tells of each alarm that is set.
type handClock struct {
	clock.Machine
	set chan alarm

	mu  sync.Mutex
	now time.Time
}

type alarm struct {
	in   time.Duration
	ring chan time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) Alarm(at time.Time) <-chan time.Time {
	a := alarm{at.Sub(c.Now()), make(chan time.Time, 1)}
	c.set <- a
	return a.ring
}

// TestWhoDoesNotReadIsCutOff goes by the shard's clock, and by no other: nothing of it
// waits for half a minute.
func TestWhoDoesNotReadIsCutOff(t *testing.T) {
	near, far := net.Pipe() // a write waits for its reader
	defer near.Close()
	c := &handClock{set: make(chan alarm, 8), now: time.Unix(1_000_000, 0)}
	shard := commandtest.New().Command()
	shard.Clock = c
	done := make(chan struct{})
	go func() {
		defer close(done)
		serve.Conn(t.Context(), far, command.Session{Shard: shard, Registry: command.Default(), Who: "amy", Role: command.Admin})
	}()
	hello := <-c.set
	if hello.in != 30*time.Second {
		t.Errorf("a client that does not read is cut off after %v", hello.in)
	}
	hello.ring <- c.Now()
	<-done
	if _, err := near.Write([]byte("x")); err == nil {
		t.Error("the connection is still open")
	}
}
