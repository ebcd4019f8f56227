package server

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"hotshard/console/command"
)

// tail is the log's handler: it passes every record on and shows it to whoever
// is reading the log live. A reader that does not keep up loses records and is
// told how many.
type tail struct {
	next    slog.Handler
	attrs   []slog.Attr
	readers *readers
}

type readers struct {
	any  atomic.Bool
	mu   sync.Mutex
	list map[*reader]struct{}
}

type reader struct {
	lines   chan command.LogLine
	dropped atomic.Int64
}

// tailBuffer is how many records a reader may be behind.
const tailBuffer = 1024

func newTail(next slog.Handler) *tail {
	return &tail{next: next, readers: &readers{list: make(map[*reader]struct{})}}
}

// Enabled implements slog.Handler.
func (t *tail) Enabled(ctx context.Context, l slog.Level) bool {
	return t.readers.any.Load() || t.next.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (t *tail) WithAttrs(attrs []slog.Attr) slog.Handler {
	all := append(append([]slog.Attr(nil), t.attrs...), attrs...)
	return &tail{next: t.next.WithAttrs(attrs), attrs: all, readers: t.readers}
}

// WithGroup implements slog.Handler.
func (t *tail) WithGroup(name string) slog.Handler {
	return &tail{next: t.next.WithGroup(name), attrs: t.attrs, readers: t.readers}
}

// Handle implements slog.Handler.
func (t *tail) Handle(ctx context.Context, r slog.Record) error {
	if t.readers.any.Load() {
		t.readers.show(t.line(r))
	}
	if !t.next.Enabled(ctx, r.Level) {
		return nil
	}
	return t.next.Handle(ctx, r)
}

func (t *tail) line(r slog.Record) command.LogLine {
	line := command.LogLine{At: r.Time, Level: strings.ToLower(r.Level.String())}
	var rest strings.Builder
	take := func(a slog.Attr) bool {
		switch a.Key {
		case "system":
			line.System = bare(a.Value.String())
		case "module":
			line.Module = a.Value.String()
		default:
			rest.WriteString(" " + a.Key + "=" + a.Value.String())
		}
		return true
	}
	for _, a := range t.attrs {
		take(a)
	}
	r.Attrs(take)
	line.Text = r.Message + rest.String()
	return line
}

func (rs *readers) show(line command.LogLine) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for r := range rs.list {
		select {
		case r.lines <- line:
		default:
			r.dropped.Add(1)
		}
	}
}

// Tail implements command.Log.
func (t *tail) Tail(ctx context.Context, line func(command.LogLine) error) error {
	r := &reader{lines: make(chan command.LogLine, tailBuffer)}
	rs := t.readers
	rs.mu.Lock()
	rs.list[r] = struct{}{}
	rs.any.Store(true)
	rs.mu.Unlock()
	defer func() {
		rs.mu.Lock()
		defer rs.mu.Unlock()
		delete(rs.list, r)
		rs.any.Store(len(rs.list) > 0)
	}()
	for {
		select {
		case l := <-r.lines:
			l.Dropped = int(r.dropped.Swap(0))
			if err := line(l); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
