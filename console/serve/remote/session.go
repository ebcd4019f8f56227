package remote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"hotshard/console/command"
	"hotshard/console/serve"
)

// guest is one ssh session: one command, a console, or a person at a terminal.
type guest struct {
	ssh.Channel
	session command.Session

	mu       sync.Mutex
	pty      bool
	terminal *term.Terminal // of a shell on a pty
	width    int
	height   int
	stop     context.CancelFunc // of the command that runs
}

// serve answers the requests of a session's channel. The first that says what
// the session is for starts it; the channel closes when that is done.
func (g *guest) serve(ctx context.Context, requests <-chan *ssh.Request) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var done chan struct{}
	for r := range requests {
		run, ok := g.asked(ctx, r)
		if done != nil && run != nil {
			run, ok = nil, false // a session is for one thing
		}
		if r.WantReply {
			_ = r.Reply(ok, nil) // a client that is gone ends the loop
		}
		if run != nil { // not before the reply: it may be over at once
			done = make(chan struct{})
			go func() { defer close(done); run() }()
		}
	}
	cancel()
	if done != nil {
		<-done
	} else {
		g.Close()
	}
}

// asked takes one request: whether it is granted, and what it starts, if anything.
func (g *guest) asked(ctx context.Context, r *ssh.Request) (run func(), ok bool) {
	var arg struct{ Text string }
	switch r.Type {
	case "exec":
		if ssh.Unmarshal(r.Payload, &arg) == nil {
			return func() { g.exec(ctx, arg.Text) }, true
		}
	case "subsystem":
		if ssh.Unmarshal(r.Payload, &arg) == nil && arg.Text == Subsystem {
			return func() { serve.Conn(ctx, g.Channel, g.session) }, true
		}
	case "shell":
		return func() { g.shell(ctx) }, true
	case "pty-req", "window-change":
		return nil, g.resize(r)
	case "signal":
		g.interrupt()
		return nil, true
	}
	return nil, false
}

// resize takes the size of the terminal from a request.
func (g *guest) resize(r *ssh.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	var width, height uint32
	if r.Type == "pty-req" {
		var p struct {
			Term                 string
			Cols, Rows, PxW, PxH uint32
			Modes                string
		}
		if ssh.Unmarshal(r.Payload, &p) != nil {
			return false
		}
		width, height, g.pty = p.Cols, p.Rows, true
	} else {
		var p struct{ Cols, Rows, PxW, PxH uint32 }
		if ssh.Unmarshal(r.Payload, &p) != nil || !g.pty {
			return false
		}
		width, height = p.Cols, p.Rows
	}
	g.width, g.height = int(min(max(width, 20), 1000)), int(min(max(height, 5), 1000))
	return g.terminal == nil || g.terminal.SetSize(g.width, g.height) == nil
}

// interrupt breaks the running command off, and says whether there was one.
func (g *guest) interrupt() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stop == nil {
		return false
	}
	g.stop()
	return true
}

// finish says how it went and closes the channel.
func (g *guest) finish(status uint32) {
	g.mu.Lock()
	atTerminal := g.terminal != nil
	g.mu.Unlock()
	if atTerminal {
		fmt.Fprint(g.Channel, noMarks)
	}
	_, _ = g.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status})) // the client may be gone
	g.Close()
}

// exec runs one command line, as `ssh host systems`.
func (g *guest) exec(ctx context.Context, line string) {
	leave := g.session.Registry.Join(&g.session, nil, func(why string) {
		go func() { fmt.Fprintln(g.Stderr(), why); g.finish(1) }()
	})
	defer leave()
	status := uint32(0)
	if !g.run(ctx, line, g.Channel, g.Stderr()) {
		status = 1
	}
	g.finish(status)
}

// run runs a line and shows the answer; false is a refusal or bad news.
func (g *guest) run(ctx context.Context, line string, out, errs io.Writer) bool {
	ctx, cancel := context.WithCancel(ctx)
	g.mu.Lock()
	g.stop = cancel
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.stop = nil
		g.mu.Unlock()
		cancel()
	}()
	r, err := g.session.Registry.RunFor(ctx, &g.session, line, func(part command.Result) error { return write(out, part) })
	if werr := write(out, r); werr != nil {
		return false
	}
	switch {
	case err != nil && ctx.Err() != nil:
		fmt.Fprint(errs, "broken off\n")
	case err != nil:
		fmt.Fprintf(errs, "%v\n", err)
	case r.Failed != "":
		fmt.Fprintf(errs, "%s\n", r.Failed)
	}
	if r.File != nil {
		fmt.Fprintf(errs, "%s is not written: a plain ssh client takes no files; bin/console --connect does\n", r.File.Name)
	}
	return err == nil && r.Failed == ""
}

// write shows a result. Files that come with one are for the console only.
func write(w io.Writer, r command.Result) error {
	var err error
	switch {
	case !r.AsJSON:
		_, err = io.WriteString(w, r.String())
	case r.Table != nil || r.Has || r.Text != "":
		var b []byte
		if b, err = r.JSON(); err == nil {
			_, err = w.Write(append(b, '\n'))
		}
	}
	return err
}

// shell is a session of a plain ssh client: with line editing on a pty, a line at
// a time from a pipe.
func (g *guest) shell(ctx context.Context) {
	g.mu.Lock()
	g.session.Interactive = g.pty
	g.mu.Unlock()
	if !g.session.Interactive {
		stop := context.AfterFunc(ctx, func() { g.finish(1) })
		defer stop()
		leave := g.session.Registry.Join(&g.session, nil, func(why string) {
			go func() { fmt.Fprintln(g.Stderr(), why); g.finish(1) }()
		})
		defer leave()
		g.script(ctx)
		return
	}
	t, keys := g.newTerminal()
	fmt.Fprint(g.Channel, askMarks)
	stop := context.AfterFunc(ctx, func() {
		fmt.Fprintf(t, "\n%s\n", farewell(ctx))
		g.finish(1)
	})
	defer stop()
	leave := g.session.Registry.Join(&g.session, news(ctx, t), func(why string) {
		go func() { fmt.Fprintf(t, "\n%s\n", why); g.finish(1) }()
	})
	defer leave()
	t.AutoCompleteCallback = g.complete(ctx)
	id := g.session.Shard.Identify()
	fmt.Fprintf(t, "%s. You are %s (%s). Try help; Ctrl-D leaves.\n", id.Name, g.session.Who, g.session.Role)
	for _, n := range id.Notices {
		fmt.Fprintln(t, n)
	}
	for {
		line, err := g.readLine(t, keys)
		line = strings.TrimSpace(line)
		if err != nil || line == "exit" || line == "quit" {
			g.finish(0)
			return
		}
		if line != "" {
			g.run(ctx, line, t, t)
		}
	}
}

// maxNews is how many lines may wait for a terminal that is slow.
const maxNews = 64

// news shows lines at a terminal while ctx lasts, without anybody waiting for it.
func news(ctx context.Context, w io.Writer) func(string) {
	lines := make(chan string, maxNews)
	go func() {
		for {
			select {
			case text := <-lines:
				fmt.Fprintf(w, "* %s\n", text)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func(text string) {
		select {
		case lines <- text:
		default:
		}
	}
}

// farewell is why a session ends by itself.
func farewell(ctx context.Context) string {
	if why := context.Cause(ctx); !errors.Is(why, context.Canceled) {
		return why.Error()
	}
	return "the shard ends"
}

// newTerminal makes the line editor of a shell.
func (g *guest) newTerminal() (*term.Terminal, *keyboard) {
	keys := newKeyboard()
	go g.listen(keys)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.terminal = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, g.Channel}, "")
	_ = g.terminal.SetSize(g.width, g.height) // both are within bounds
	return g.terminal, keys
}

// listen takes what the person types. A Ctrl-C breaks off the running command or, at
// the prompt, clears the line (which is Ctrl-E, Ctrl-U).
func (g *guest) listen(keys *keyboard) {
	defer g.interrupt()
	keys.fill(g.Channel, func() {
		if !g.interrupt() {
			keys.press(5, 21)
		}
	})
}

// readLine reads a command, over several lines where its Lua code goes on, or more of a
// paste waits.
func (g *guest) readLine(t *term.Terminal, keys *keyboard) (string, error) {
	id := g.session.Shard.Identify()
	prompt := fmt.Sprintf("%s r%d> ", id.Name, id.Release)
	if id.Production {
		prompt = fmt.Sprintf("%s%s PROD r%d>%s ", t.Escape.Red, id.Name, id.Release, t.Escape.Reset)
	}
	text := ""
	for {
		t.SetPrompt(prompt)
		line, err := t.ReadLine()
		if err != nil {
			return "", err
		}
		text += strings.ReplaceAll(line, shownTab, "\t")
		if !g.session.Registry.Unfinished(text) && !g.goesOn(text, keys) {
			return text, nil
		}
		text += "\n"
		prompt = "... "
	}
}

// goesOn says whether the next line of a paste waits, and belongs to the command.
func (g *guest) goesOn(text string, keys *keyboard) bool {
	next, pasted, waits := keys.next()
	if next = strings.TrimSpace(next); next == "exit" || next == "quit" {
		return false
	}
	return waits && g.session.Registry.GoesOn(text, next, pasted)
}

// complete answers the tab key.
func (g *guest) complete(ctx context.Context) func(string, int, rune) (string, int, bool) {
	return func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		got := command.Complete(ctx, &g.session, line[:pos])
		word := common(got.Words)
		if word == "" || len(word) < pos-got.Start {
			return line, pos, true
		}
		return line[:got.Start] + word + line[pos:], got.Start + len(word), true
	}
}

// common is the longest beginning all words share.
func common(words []string) string {
	if len(words) == 0 {
		return ""
	}
	shared := words[0]
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	return shared
}

// script runs the lines of a pipe until one is refused.
func (g *guest) script(ctx context.Context) {
	in := bufio.NewScanner(g.Channel)
	in.Buffer(nil, serve.MaxFrame)
	text := ""
	for in.Scan() {
		text += in.Text()
		if g.session.Registry.Unfinished(text) {
			text += "\n"
			continue
		}
		if s := strings.TrimSpace(text); s != "" && s[0] != '#' && !g.run(ctx, text, g.Channel, g.Stderr()) {
			g.finish(1)
			return
		}
		text = ""
	}
	g.finish(0)
}
