package hostile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
)

// connects makes connections of one address as fast as they go. What is over the limit is
// cut off: a reset, at the latest when something is read.
func connects(ctx context.Context, t *Target) (Toll, error) {
	from, times := t.address(0), 10*t.Size
	var cut atomic.Uint64
	_, err := together(ctx, times, func(int) (Toll, error) {
		c, err := t.dial(ctx, from)
		if err != nil {
			cut.Add(1) // between the connection and its look at it
			return nil, nil
		}
		defer abort(c)
		if _, err := io.WriteString(c, "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
			cut.Add(1)
			return nil, nil
		}
		if n, _ := io.Copy(io.Discard, c); n == 0 {
			cut.Add(1)
		}
		return nil, nil
	})
	if err == nil && times > 2*madeAtOnce && cut.Load() == 0 {
		err = fmt.Errorf("%d connections of one address are all let in", times)
	}
	return Toll{peer.ConnectsFast: cut.Load()}, err
}

// madeAtOnce is how many connections an address may make at once.
const madeAtOnce = 500

// holding opens connections and holds them all until it is done.
func (t *Target) holding(ctx context.Context, times int, open func(n int) (net.Conn, error), with func(held []net.Conn) (Toll, error)) (Toll, error) {
	var mu sync.Mutex
	var held []net.Conn
	defer func() {
		for _, c := range held {
			abort(c)
		}
	}()
	if _, err := together(ctx, times, func(n int) (Toll, error) {
		c, err := open(n)
		if err == nil {
			mu.Lock()
			held = append(held, c)
			mu.Unlock()
		}
		return nil, nil
	}); err != nil {
		return nil, err
	}
	if len(held) == 0 {
		return nil, errors.New("no connection is let in")
	}
	return with(held)
}

// unsigned opens sockets of one address and signs in on none. Those that are too many are
// closed, the oldest first.
func unsigned(ctx context.Context, t *Target) (Toll, error) {
	from := t.address(0)
	return t.holding(ctx, t.Size, func(int) (net.Conn, error) {
		s, err := t.open(ctx, from)
		if err != nil {
			return nil, err
		}
		return s, nil
	}, func(held []net.Conn) (Toll, error) {
		toll := Toll{}
		if len(held) <= unsignedEach {
			return toll, nil
		}
		for range len(held) - unsignedEach { // those that are left may be any
			toll[peer.Crowded]++
		}
		return toll, nil
	})
}

// unsignedEach is how many sockets of an address may have nobody signed in.
const unsignedEach = 50

// silent connects and says nothing, until it is cut off.
func silent(ctx context.Context, t *Target) (Toll, error) {
	return t.waiting(ctx, "", peer.Silent)
}

// slowHeaders begins a request that never ends.
func slowHeaders(ctx context.Context, t *Target) (Toll, error) {
	return t.waiting(ctx, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", peer.SlowHTTP)
}

// slowBodies asks for something and does not send what it said it would.
func slowBodies(ctx context.Context, t *Target) (Toll, error) {
	return t.waiting(ctx, "POST /api/v1/regions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx", peer.SlowHTTP)
}

// waiting connects, says something, then a byte now and then, and waits to be cut off.
func (t *Target) waiting(ctx context.Context, begin string, why peer.Refusal) (Toll, error) {
	return t.holding(ctx, t.Size, func(n int) (net.Conn, error) {
		c, err := t.dial(ctx, t.address(n))
		if err == nil {
			context.AfterFunc(ctx, func() { abort(c) })
			_, err = io.WriteString(c, begin)
		}
		return c, err
	}, func(held []net.Conn) (Toll, error) {
		toll := Toll{}
		for _, c := range held {
			if err := cutOff(c, len(begin) > 0); err != nil {
				return toll, err
			}
			toll[why]++
		}
		return toll, ctx.Err()
	})
}

// cutOff waits for the end of a connection, and writes to one that talks meanwhile.
func cutOff(c net.Conn, talks bool) error {
	ended := make(chan error, 1)
	go func() {
		_, _ = io.Copy(io.Discard, c) // an answer may come before the end
		ended <- nil
	}()
	if !talks {
		return <-ended
	}
	return trickle(c, ended)
}

// slowFrames makes sockets, sends half a frame, a byte now and then, and waits for the end.
func slowFrames(ctx context.Context, t *Target) (Toll, error) {
	return t.holding(ctx, min(t.Size, unsignedEach*len(t.From)/2), func(n int) (net.Conn, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, err
		}
		_, err = s.Write(header(opText, maxMessage))
		return s, err
	}, func(held []net.Conn) (Toll, error) {
		toll := Toll{}
		for _, c := range held {
			ended := make(chan error, 1)
			var last *closed
			go func() {
				var err error
				last, err = c.(*socket).ending()
				ended <- err
			}()
			if err := trickle(c, ended); err != nil {
				return toll, fmt.Errorf("half a frame: %w", err)
			}
			switch last.reason {
			case wire.ClosingLoginTimeout:
				toll[peer.LoginTimeout]++
			case wire.ClosingCrowded:
				toll[peer.Crowded]++
			default:
				return toll, fmt.Errorf("half a frame: %w", last)
			}
		}
		return toll, nil
	})
}

// slowly is how long a slow one waits before the next byte.
const slowly = 20 * time.Millisecond

// trickle writes a byte now and then until the connection has ended.
func trickle(c net.Conn, ended <-chan error) error {
	for {
		select {
		case err := <-ended:
			return err
		case <-time.After(slowly):
			_, _ = c.Write([]byte{'x'}) // who has closed is read from
		}
	}
}
