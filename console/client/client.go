// Package client speaks to a shard's console socket: it runs command lines there
// and hands back what they answer. It knows no command and prints nothing.
package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/console/serve"
)

// ErrLost is returned for whatever was under way when the connection ended: the
// shard went down, or was restarted.
var ErrLost = errors.New("the connection to the shard is lost")

// helloWait is how long a shard may take to say who it is.
const helloWait = 5 * time.Second

// cancelWait is how long a command that was broken off may take to say so.
const cancelWait = 5 * time.Second

// Client is one connection. Its methods may be called from any goroutine.
type Client struct {
	conn  io.ReadWriteCloser
	hello serve.Hello
	lost  chan struct{}

	mu      sync.Mutex
	next    uint64
	release int
	news    func(string)
	calls   map[uint64]*call
	write   sync.Mutex
}

// call is one request that waits for its answer.
type call struct {
	part func(command.Result)
	done chan serve.Reply
}

// Dial connects to the socket at a path.
func Dial(ctx context.Context, socket string) (*Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("no shard answers on %s (is it running, and is that its data folder?): %w", socket, errors.Unwrap(err))
	}
	return New(ctx, conn)
}

// New speaks the protocol on a connection that is there already, and owns it.
func New(ctx context.Context, conn io.ReadWriteCloser) (*Client, error) {
	ctx, cancel := context.WithTimeout(ctx, helloWait)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	frames := serve.NewFrameReader(conn)
	var first serve.Reply
	err := frames.Read(&first)
	switch {
	case !stop():
		return nil, fmt.Errorf("the shard does not say who it is: %w", ctx.Err())
	case err != nil:
		conn.Close()
		return nil, fmt.Errorf("the shard hung up: %w", err)
	case first.Hello == nil || first.Hello.Protocol != serve.Protocol:
		conn.Close()
		return nil, fmt.Errorf("the shard speaks another protocol than this console (%d): use the console it came with", serve.Protocol)
	}
	c := &Client{conn: conn, hello: *first.Hello, release: first.Hello.Release, lost: make(chan struct{}), calls: map[uint64]*call{}}
	go c.read(frames)
	return c, nil
}

// Hello is what the shard said on connecting.
func (c *Client) Hello() serve.Hello { return c.hello }

// Release is the shard's release as of the last command.
func (c *Client) Release() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.release
}

// OnNews has fn called, on the client's reading goroutine, with each line that the
// shard sends unasked: what a colleague did.
func (c *Client) OnNews(fn func(string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.news = fn
}

// Lost is closed when the connection has ended.
func (c *Client) Lost() <-chan struct{} { return c.lost }

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Line is a command to run.
type Line struct {
	Text        string
	Confirm     string // the shard's name, as the operator typed it
	JSON        bool
	Interactive bool
	// Part is called with each part of an answer that goes on, on the client's
	// reading goroutine: it must not call the client.
	Part func(command.Result)
}

// Run runs a line. A refusal is a *command.Refusal, and what the command had
// printed before it comes in the result. When ctx ends the command is broken
// off, and nothing else.
func (c *Client) Run(ctx context.Context, l Line) (command.Result, error) {
	id, done, err := c.ask(serve.Request{Run: l.Text, Confirm: l.Confirm, JSON: l.JSON, Interactive: l.Interactive}, l.Part)
	if err != nil {
		return command.Result{}, err
	}
	reply, err := c.wait(ctx, id, done)
	switch {
	case err != nil:
		return command.Result{}, err
	case reply.Error != nil:
		return command.Result{Text: reply.Error.Output}, &command.Refusal{Code: reply.Error.Code, Message: reply.Error.Message}
	case reply.Done == nil:
		return command.Result{}, serve.ErrFrame
	}
	return *reply.Done, nil
}

// Complete asks how a line can go on.
func (c *Client) Complete(ctx context.Context, line string) (command.Completion, error) {
	id, done, err := c.ask(serve.Request{Complete: &line}, nil)
	if err != nil {
		return command.Completion{}, err
	}
	reply, err := c.wait(ctx, id, done)
	if err != nil || reply.Completion == nil {
		return command.Completion{Start: len(line)}, err
	}
	return *reply.Completion, nil
}

// ask sends a request.
func (c *Client) ask(q serve.Request, part func(command.Result)) (uint64, chan serve.Reply, error) {
	c.mu.Lock()
	c.next++
	q.ID = c.next
	w := &call{part: part, done: make(chan serve.Reply, 1)}
	c.calls[q.ID] = w
	c.mu.Unlock()
	if err := c.send(q); err != nil {
		c.forget(q.ID)
		return 0, nil, err
	}
	return q.ID, w.done, nil
}

func (c *Client) send(q serve.Request) error {
	c.write.Lock()
	defer c.write.Unlock()
	err := serve.WriteRequest(c.conn, q)
	var tooLarge *command.Refusal
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	c.conn.Close()
	<-c.lost // so that who asks next knows it too
	return ErrLost
}

// wait waits for an answer; when ctx ends it breaks the request off and waits
// for the server to agree.
func (c *Client) wait(ctx context.Context, id uint64, done chan serve.Reply) (serve.Reply, error) {
	defer c.forget(id)
	select {
	case r := <-done:
		return r, nil
	case <-c.lost:
		return c.last(done)
	case <-ctx.Done():
	}
	if err := c.send(serve.Request{ID: id, Cancel: true}); err != nil {
		return serve.Reply{}, err
	}
	late := time.NewTimer(cancelWait)
	defer late.Stop()
	select {
	case r := <-done:
		return r, nil
	case <-c.lost:
		return c.last(done)
	case <-late.C:
		return serve.Reply{}, ctx.Err()
	}
}

// last takes an answer that came with the end of the connection.
func (c *Client) last(done chan serve.Reply) (serve.Reply, error) {
	select {
	case r := <-done:
		return r, nil
	default:
		return serve.Reply{}, ErrLost
	}
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.calls, id)
}

// read hands replies to those who wait for them until the connection ends.
func (c *Client) read(frames *serve.FrameReader) {
	defer close(c.lost)
	defer c.conn.Close()
	for {
		var r serve.Reply
		if frames.Read(&r) != nil {
			return
		}
		c.mu.Lock()
		w := c.calls[r.ID]
		if r.Release > 0 {
			c.release = r.Release
		}
		news := c.news
		c.mu.Unlock()
		switch {
		case r.News != "":
			if news != nil {
				news(r.News)
			}
		case w == nil: // nobody waits any more
		case r.Part != nil:
			if w.part != nil {
				w.part(*r.Part)
			}
		default:
			select {
			case w.done <- r:
			default: // a second answer to one request
			}
		}
	}
}
