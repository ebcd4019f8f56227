package gate

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"net"

	"github.com/lxzan/gws"
)

// Arrivals are connections that another process gives away, made ready while it still plays
// on them: all that can be done before there is a gate to take them in. Nothing is read from
// them or written to them.
type Arrivals struct {
	upgrader *gws.Upgrader
	clients  []*client // nil where one was taken
}

// NewArrivals makes room for the connections of a gate with this configuration.
func NewArrivals(cfg Config) *Arrivals {
	return &Arrivals{upgrader: newUpgrader(cfg.withDefaults())}
}

// Len is how many have arrived.
func (a *Arrivals) Len() int { return len(a.clients) }

// Add takes in connections and what Connections has said of them. They are the Arrivals' from
// here on, also after an error.
func (a *Arrivals) Add(about []byte, conns []net.Conn) error {
	var all []introduced
	err := gob.NewDecoder(bytes.NewReader(about)).Decode(&all)
	if err == nil && len(all) != len(conns) {
		err = fmt.Errorf("%d are told of, and %d have come", len(all), len(conns))
	}
	for i := 0; i < len(conns) && err == nil; i++ {
		err = a.add(all[i], conns[i])
	}
	if err != nil {
		for _, c := range conns {
			c.Close()
		}
		return fmt.Errorf("the connections cannot be read: %w", err)
	}
	return nil
}

// add makes a client that has stopped reading.
func (a *Arrivals) add(p introduced, conn net.Conn) (err error) {
	if handshakes[p.Codec] == nil {
		return fmt.Errorf("nobody speaks codec %d", p.Codec)
	}
	c := &client{codec: p.Codec, keeps: p.Keeps, from: p.From, opened: p.Opened, parked: true}
	c.out.init(nil, conn)
	c.frames.client = c
	if c.ready, err = c.open(a.upgrader); err == nil {
		a.clients = append(a.clients, c)
	}
	return err
}

// take takes one out, nil where there is none.
func (a *Arrivals) take(i int) *client {
	if a == nil || i < 0 || i >= len(a.clients) {
		return nil
	}
	c := a.clients[i]
	a.clients[i] = nil
	return c
}

// Close lets go of those that nobody has taken.
func (a *Arrivals) Close() {
	if a == nil {
		return
	}
	for i, c := range a.clients {
		if c != nil {
			c.out.conn.Close()
			a.clients[i] = nil
		}
	}
}
