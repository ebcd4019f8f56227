package opspage

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"hotshard/console/command"
	"hotshard/console/serve"
	"hotshard/runtime/clock"
)

// live answers the handshake of a page's socket, and serves it.
func (p *Page) live(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		w.Header().Set("Retry-After", "10")
		http.Error(w, fmt.Sprintf("%d pages are open already: close one.", mostLines), http.StatusServiceUnavailable)
		return
	}
	ctx, l, err := newLine(p.ctx, w, r)
	if err != nil { // it was answered
		p.leave()
		return
	}
	go func() {
		defer p.leave()
		defer l.Close()
		p.converse(ctx, l)
	}()
}

// enter makes room for a connection, unless there is none, or the shard ends.
func (p *Page) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.up >= mostLines || p.ctx.Err() != nil {
		return false
	}
	p.up++
	p.lines.Add(1)
	return true
}

func (p *Page) leave() {
	p.mu.Lock()
	p.up--
	p.mu.Unlock()
	p.lines.Done()
}

// greeting is the first message of a page: its token, "" for a guest's.
type greeting struct {
	Token string `json:"token"`
}

// greetWait is how long a page may take to say it.
const greetWait = 10 * time.Second

// converse serves a connection until it ends.
func (p *Page) converse(ctx context.Context, l *line) {
	hello, ok := p.greet(l)
	if !ok {
		return
	}
	p.feed.Tell(facts(p.cfg.Shard.Identify())) // as it is now, not as the last one knew it
	out, unwatch := p.feed.Watch()
	defer unwatch()
	go pour(ctx, l, out)
	session, known := p.guest(), p.cfg.Open
	if hello.Token != "" {
		pass, ok := p.keys.pass(hello.Token)
		if !ok {
			_ = tell(l, serve.Reply{Error: &serve.Failure{Code: CodeSignedOut, Message: "you are signed out: run page in the console for a link"}})
		} else {
			session, known = pass.session, true
			session.Ended = func() { p.keys.end(hello.Token) }
			defer clock.AfterFunc(p.clock, pass.until.Sub(p.clock.Now()), func() { l.Close() })()
		}
	}
	if known {
		serve.Conn(ctx, l, session)
		return
	}
	p.refuse(ctx, l)
}

// Codes of refusals by the page.
const (
	CodeSignedOut = "signed-out" // the token is worth nothing any more
	CodeSignIn    = "sign-in"    // guests may not
)

// guest is somebody who has not signed in.
func (p *Page) guest() command.Session {
	return command.Session{Shard: p.cfg.Shard, Registry: p.cfg.Registry, Who: "guest", From: "page", Role: command.Viewer}
}

// greet reads the first message. It must not read beyond it: what follows is for the
// console's protocol.
func (p *Page) greet(l *line) (g greeting, ok bool) {
	stop := clock.AfterFunc(p.clock, greetWait, func() { l.Close() })
	defer stop()
	var text []byte
	for one := make([]byte, 1); len(text) <= mostAsked; text = append(text, one[0]) {
		if _, err := io.ReadFull(l, one); err != nil {
			return g, false
		}
		if one[0] == '\n' {
			return g, json.Unmarshal(text, &g) == nil
		}
	}
	return g, false
}

// pour sends figures as they come.
func pour(ctx context.Context, l *line, out <-chan []byte) {
	for {
		select {
		case b := <-out:
			if l.figures(b) != nil {
				l.Close()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// refuse answers a guest who may see the figures alone.
func (p *Page) refuse(ctx context.Context, l *line) {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	id := p.cfg.Shard.Identify()
	if tell(l, serve.Reply{Hello: &serve.Hello{Protocol: serve.Protocol, Shard: id.Name, Production: id.Production, Release: id.Release, Version: id.Version}}) != nil {
		return
	}
	frames := serve.NewFrameReader(l)
	for {
		var q serve.Request
		if frames.Read(&q) != nil {
			return
		}
		if q.Cancel {
			continue
		}
		why := &serve.Failure{Code: CodeSignIn, Message: "sign in first: run page in the console, and open the link it makes"}
		if tell(l, serve.Reply{ID: q.ID, Error: why}) != nil {
			return
		}
	}
}

// tell sends one reply.
func tell(l *line, r serve.Reply) error {
	b, err := json.Marshal(r)
	if err == nil {
		_, err = l.Write(b)
	}
	return err
}
