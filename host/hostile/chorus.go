package hostile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// Chorus are honest players in one system. Each says one line after the other, and all
// hear all of them: every request must be answered, and every line be heard once by
// everybody, in its order.
type Chorus struct {
	singers []*singer
	ctx     context.Context

	stop chan struct{}
	all  sync.WaitGroup

	mu       sync.Mutex
	troubles []string
	answers  uint64
	took     []time.Duration // since Times
}

// singer is one of them.
type singer struct {
	*client.Conn
	name string
	said int // lines that were answered

	mu    sync.Mutex
	heard map[string]int // lines, by who said them
}

// Song is who sings, and how.
type Song struct {
	URL      string
	Names    []string
	Password string
	From     []net.Addr    // where each connects from; nil for the machine's choice
	Register bool          // they have no accounts yet
	Asks     string        // a command that they give instead of saying something, "" for none
	Every    time.Duration // from one request of a player to the next
}

// Sing brings the players in, and lets them begin. ctx is for as long as they play.
func Sing(ctx context.Context, s Song) (*Chorus, error) {
	c := &Chorus{ctx: ctx, stop: make(chan struct{})}
	for n, name := range s.Names {
		var from net.Addr
		if s.From != nil {
			from = s.From[n%len(s.From)]
		}
		p, err := c.join(s, name, from)
		if err != nil {
			return c, errors.Join(err, c.End())
		}
		c.singers = append(c.singers, p)
	}
	for _, p := range c.singers {
		c.all.Go(func() { c.sing(p, s) })
	}
	return c, nil
}

func (c *Chorus) join(s Song, name string, from net.Addr) (*singer, error) {
	p := &singer{name: name, heard: map[string]int{}}
	conn, err := client.Dial(c.ctx, s.URL, client.Options{Codec: wire.Binary, Local: from, Handle: func(m *wire.Message) { c.hears(p, m) }})
	if err != nil {
		return nil, err
	}
	p.Conn = conn
	command := "login"
	if s.Register {
		command = "register"
	}
	if _, err := conn.Request(c.ctx, command, map[string]world.Value{"name": name, "password": s.Password}); err != nil {
		conn.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// line is what a player says: a number, which tells whether one is missing.
func line(n int) string { return fmt.Sprintf("line %d", n) }

// hears counts a line of somebody.
func (c *Chorus) hears(p *singer, m *wire.Message) {
	if m.Event != "chat" {
		return
	}
	from, _ := m.Fields["from"].(string)
	text, _ := m.Fields["text"].(string)
	p.mu.Lock()
	p.heard[from]++
	want := line(p.heard[from])
	p.mu.Unlock()
	if text != want {
		c.trouble("%s hears %q of %s in place of %q", p.name, text, from, want)
	}
}

const mostTroubles = 20

func (c *Chorus) trouble(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.troubles) < mostTroubles {
		c.troubles = append(c.troubles, fmt.Sprintf(format, args...))
	}
}

// sing asks and says until the end.
func (c *Chorus) sing(p *singer, s Song) {
	turn := time.NewTicker(s.Every)
	defer turn.Stop()
	for n := 1; ; n++ {
		select {
		case <-c.stop:
			return
		case <-turn.C:
		}
		began := time.Now()
		if _, err := p.Request(c.ctx, "ping", nil); err != nil {
			c.trouble("%s pings: %v", p.name, err)
			return
		}
		c.answered(time.Since(began))
		if s.Asks != "" {
			c.ask(p, s.Asks)
			continue
		}
		if _, err := p.Request(c.ctx, "say", map[string]world.Value{"text": line(n)}); err != nil {
			c.trouble("%s says line %d: %v", p.name, n, err)
			return
		}
		p.said = n
		c.answered(0)
	}
}

func (c *Chorus) ask(p *singer, command string) {
	if _, err := p.Request(c.ctx, command, nil); err != nil {
		c.trouble("%s gives the command %s: %v", p.name, command, err)
		return
	}
	c.answered(0)
}

func (c *Chorus) answered(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers++
	if took > 0 {
		c.took = append(c.took, took)
	}
}

// Answers is how many there were.
func (c *Chorus) Answers() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answers
}

// Times are how long answers took since it was last asked, the shortest first.
func (c *Chorus) Times() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	took := c.took
	c.took = nil
	slices.Sort(took)
	return took
}

// End lets everybody say what they are at, waits until all have heard it, and returns
// what was not as it should be.
func (c *Chorus) End() error {
	close(c.stop)
	c.all.Wait()
	for _, p := range c.singers {
		for _, of := range c.singers {
			c.settled(p, of)
		}
	}
	for _, p := range c.singers {
		p.Close()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, text := range c.troubles {
		errs = append(errs, errors.New(text))
	}
	return errors.Join(errs...)
}

// settled waits until one has heard another out. A line that was answered is on its way
// to everybody.
func (c *Chorus) settled(p, of *singer) {
	for {
		p.mu.Lock()
		heard := p.heard[of.name]
		p.mu.Unlock()
		if heard == of.said {
			return
		}
		select {
		case <-p.Done():
			c.trouble("%s is gone (%v) with %d of %d lines of %s", p.name, p.Err(), heard, of.said, of.name)
			return
		case <-c.ctx.Done():
			c.trouble("%s has heard %d of %d lines of %s", p.name, heard, of.said, of.name)
			return
		case <-time.After(slowly):
		}
	}
}

// Heard is how many lines each player has heard in all, by name.
func (c *Chorus) Heard() map[string]int {
	out := map[string]int{}
	for _, p := range c.singers {
		p.mu.Lock()
		for n := range maps.Values(p.heard) {
			out[p.name] += n
		}
		p.mu.Unlock()
	}
	return out
}
