package serve

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/clock"
)

const (
	maxRunning = 16               // commands at once, on one connection
	writeWait  = 30 * time.Second // for a client that does not read
	farewell   = 2 * time.Second  // for commands to end when the shard does
)

// talk is one connection.
type talk struct {
	session command.Session
	conn    io.ReadWriteCloser
	news    chan string // what colleagues did

	mu      sync.Mutex // guards running and the order of writes
	running map[uint64]context.CancelFunc
}

// Conn speaks the protocol on one connection, as the session says who it
// is, until the client goes or ctx ends. It closes the connection.
func Conn(ctx context.Context, conn io.ReadWriteCloser, session command.Session) {
	defer conn.Close()
	if session.Seat == "" {
		session.Seat = command.NewSeat()
	}
	clk := session.Shard.Time()
	t := &talk{session: session, conn: conn, running: map[uint64]context.CancelFunc{}, news: make(chan string, maxNews)}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	leave := session.Registry.Join(&t.session, t.hear, func(why string) {
		if session.Ended != nil {
			session.Ended()
		}
		go func() { _ = t.send(Reply{News: why}); conn.Close() }() // who does not read is cut off all the same
	})
	defer leave()
	if t.send(Reply{Hello: hello(&session)}) != nil {
		return
	}
	go t.pass(within) // hello comes first
	var commands sync.WaitGroup
	// When the shard ends, commands are broken off and may still say so; then
	// the connection closes, which ends the reading below.
	stop := context.AfterFunc(ctx, func() {
		if why := context.Cause(ctx); !errors.Is(why, context.Canceled) {
			_ = t.send(Reply{News: why.Error()}) // the operator alone is put out
		}
		done := make(chan struct{})
		go func() { commands.Wait(); close(done) }()
		select {
		case <-done:
		case <-clk.Alarm(clk.Now().Add(farewell)):
		}
		conn.Close()
	})
	defer stop()
	t.read(within, &commands)
	cancel()
	commands.Wait()
}

func hello(s *command.Session) *Hello {
	id := s.Shard.Identify()
	return &Hello{Protocol: Protocol, Shard: id.Name, Production: id.Production, Release: id.Release, Version: id.Version,
		PID: id.PID, Who: s.Who, Role: s.Role.String(), Notices: id.Notices}
}

// read takes requests in until the stream ends.
func (t *talk) read(ctx context.Context, commands *sync.WaitGroup) {
	frames := NewFrameReader(t.conn)
	for {
		var q Request
		if err := frames.Read(&q); err != nil {
			if errors.Is(err, ErrFrame) {
				_ = t.send(Reply{Error: &Failure{Code: command.CodeUsage, Message: err.Error()}})
			}
			return
		}
		if q.Cancel {
			t.cancel(q.ID)
			continue
		}
		within, err := t.begin(ctx, q.ID)
		if err != nil {
			_ = t.send(Reply{ID: q.ID, Error: failure(err, command.Result{})})
			continue
		}
		commands.Go(func() {
			reply := t.answer(within, q)
			t.cancel(q.ID)
			if err := t.send(reply); err != nil {
				slog.Debug("console: an answer was not delivered", "who", t.session.Who, "err", err)
			}
		})
	}
}

// begin notes a command as running.
func (t *talk) begin(ctx context.Context, id uint64) (context.Context, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.running) >= maxRunning {
		return nil, command.Refuse(command.CodeBusy, "%d commands are running on this connection", maxRunning)
	}
	if t.running[id] != nil {
		return nil, command.Refuse(command.CodeUsage, "request %d is still running", id)
	}
	ctx, cancel := context.WithCancel(ctx)
	t.running[id] = cancel
	return ctx, nil
}

// cancel breaks a command off, or forgets it when it has ended.
func (t *talk) cancel(id uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if cancel := t.running[id]; cancel != nil {
		cancel()
		delete(t.running, id)
	}
}

// maxNews is how many lines may wait for a client that is slow to read.
const maxNews = 64

// hear takes a line that the operator did not ask for. Who does not read misses it:
// nobody waits for them.
func (t *talk) hear(text string) {
	select {
	case t.news <- text:
	default:
	}
}

// pass hands on what was heard.
func (t *talk) pass(ctx context.Context) {
	for {
		select {
		case text := <-t.news:
			_ = t.send(Reply{News: text}) // a client that is gone ends the reading
		case <-ctx.Done():
			return
		}
	}
}

// answer does what a request asks.
func (t *talk) answer(ctx context.Context, q Request) (reply Reply) {
	s := t.session
	if q.Complete != nil {
		c := command.Complete(ctx, &s, *q.Complete)
		return Reply{ID: q.ID, Completion: &c}
	}
	s.Confirm, s.JSON, s.Interactive = q.Confirm, q.JSON, q.Interactive
	result, err := s.Registry.RunFor(ctx, &s, q.Run, func(r command.Result) error { return t.send(Reply{ID: q.ID, Part: &r}) })
	reply = Reply{ID: q.ID, Release: s.Shard.Identify().Release}
	switch {
	case err != nil && ctx.Err() != nil:
		reply.Error = &Failure{Code: command.CodeBroken, Message: "broken off"}
	case err != nil:
		reply.Error = failure(err, result)
	default:
		reply.Done = &result
	}
	return reply
}

// failure is an error on the wire.
func failure(err error, r command.Result) *Failure {
	f := &Failure{Code: command.CodeFailed, Message: err.Error(), Output: r.Text}
	var refusal *command.Refusal
	if errors.As(err, &refusal) {
		f.Code = refusal.Code
		if err == error(refusal) {
			f.Message = refusal.Message // the client puts the code where it wants it
		}
	}
	return f
}

// send writes one reply. An answer that cannot be written as JSON, or is too
// large, becomes an error the operator can read.
func (t *talk) send(r Reply) error {
	b, err := frame(r.safe())
	if err != nil {
		b, err = frame(Reply{ID: r.ID, Error: &Failure{Code: command.CodeFailed, Message: err.Error()}})
		if err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	defer clock.AfterFunc(t.session.Shard.Time(), writeWait, func() { t.conn.Close() })()
	if _, err = t.conn.Write(b); err != nil {
		t.conn.Close() // half a frame may be out: nothing more can be said
	}
	return err
}

// safe replaces in results what JSON cannot carry.
func (r Reply) safe() Reply {
	for _, p := range []**command.Result{&r.Part, &r.Done} {
		if *p != nil {
			s := (*p).Safe()
			*p = &s
		}
	}
	return r
}
