package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"hotshard/runtime/world"
)

// Server answers a request, on a goroutine of its own. The context ends when nobody waits for
// the answer any more; its error is the asker's *Refused.
type Server func(ctx context.Context, from world.NodeID, data []byte) ([]byte, error)

// Serve says who answers requests of a kind. It is said before Open.
func (b *Bus) Serve(k Kind, serve Server) { b.servers[k] = serve }

// mostPatience bounds how long an answer is waited for.
const mostPatience = time.Minute

// Unreached is that a node has not answered.
type Unreached struct {
	Node  world.NodeID
	What  string // was asked
	Maybe bool   // it may have been done all the same; otherwise it was not
	Err   error
}

// Error says what was not reached, and whether it may have been done.
func (e *Unreached) Error() string {
	done := "it was not done"
	if e.Maybe {
		done = "nobody knows whether it was done"
	}
	return fmt.Sprintf("%s: %s was not reached, and %s: %v", e.What, e.Node, done, e.Err)
}

// Unwrap returns the cause.
func (e *Unreached) Unwrap() error { return e.Err }

// Refused is a node's answer that it does not do what it was asked.
type Refused struct {
	Node world.NodeID
	Text string
}

// Error is what the node has said.
func (e *Refused) Error() string { return e.Text }

var (
	errNobody  = errors.New("no node of that name is on the bus")
	errTooLong = errors.New("it did not answer in time")
)

// Request asks a node something and waits for the answer until the context ends, for a minute
// at most. It is asked once. Errors: an *Unreached, or the node's *Refused.
func (b *Bus) Request(ctx context.Context, to world.NodeID, k Kind, what string, data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, mostPatience)
	defer cancel()
	ends, _ := ctx.Deadline()
	patience := time.Until(ends)
	if patience < time.Millisecond {
		return nil, &Unreached{to, what, false, errTooLong}
	}
	e := envelope{protocol: Protocol, kind: k, from: b.cfg.Me, number: b.number.Add(1), parts: 1, patience: patience}
	m, err := b.conn.RequestMsgWithContext(ctx, &nats.Msg{Subject: b.to(to), Data: append(e.append(make([]byte, 0, envelopeRoom+len(data))), data...)})
	if err != nil {
		return nil, unreached(to, what, err)
	}
	return answer(to, m.Data)
}

// unreached says why there is no answer, and what follows.
func unreached(to world.NodeID, what string, err error) error {
	u := &Unreached{Node: to, What: what, Err: gone(err)}
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		u.Err = errNobody
	case errors.Is(u.Err, ErrGone), errors.Is(err, nats.ErrMaxPayload):
	case errors.Is(err, context.DeadlineExceeded):
		u.Maybe, u.Err = true, errTooLong
	default:
		u.Maybe = true
	}
	return u
}

// The first byte of an answer.
const (
	answered = iota
	refused
)

func refusal(err error) []byte { return append([]byte{refused}, err.Error()...) }

func answer(from world.NodeID, b []byte) ([]byte, error) {
	switch {
	case len(b) > 0 && b[0] == answered:
		return b[1:], nil
	case len(b) > 0 && b[0] == refused:
		return nil, &Refused{from, string(b[1:])}
	}
	return nil, &Refused{from, "it answers what is no answer"}
}

// serve answers a request.
func (b *Bus) serve(m *nats.Msg, e envelope, data []byte) {
	serve := b.servers[e.kind]
	if serve == nil {
		b.respond(m, refusal(fmt.Errorf("%s does not know requests of kind %d: is it older?", b.cfg.Me, e.kind)))
		return
	}
	b.working.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), e.patience)
		defer cancel()
		out, err := serve(ctx, e.from, data)
		switch room := int(b.conn.MaxPayload()) - 1; {
		case ctx.Err() != nil: // nobody waits any more, and has been told that it may have been done
		case err != nil:
			b.respond(m, refusal(err))
		case len(out) > room:
			b.respond(m, refusal(fmt.Errorf("the answer has %d bytes, and the bus takes %d at once (max_payload)", len(out), room)))
		default:
			b.respond(m, append([]byte{answered}, out...))
		}
	})
}

// respond sends an answer; who does not get it sees its time end.
func (b *Bus) respond(m *nats.Msg, data []byte) {
	if err := m.Respond(data); err != nil {
		b.log.Debug("an answer did not go out", "error", err)
	}
}
