package opspage

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/lxzan/gws"
)

// How large a message from a page may be, and how long a page may take to read one.
const (
	mostMessage = 5 << 20
	readWait    = 30 * time.Second
	closeWait   = 2 * time.Second
)

// line is the WebSocket of one page: a stream of the console's lines both ways, and
// binary messages to the page between them.
type line struct {
	gws.BuiltinEventHandler
	ws  *gws.Conn
	in  *io.PipeReader
	fed *io.PipeWriter
	end context.CancelFunc
}

// newLine answers the handshake. ctx ends with the connection.
func newLine(ctx context.Context, w http.ResponseWriter, r *http.Request) (context.Context, *line, error) {
	ctx, cancel := context.WithCancel(ctx)
	l := &line{end: cancel}
	l.in, l.fed = io.Pipe()
	up := gws.NewUpgrader(l, &gws.ServerOption{ReadMaxPayloadSize: mostMessage, CheckUtf8Enabled: true})
	ws, err := up.Upgrade(w, r)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	l.ws = ws
	go ws.ReadLoop()
	return ctx, l, nil
}

// OnMessage implements gws.Event: a text is a line of the console's protocol.
func (l *line) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	if m.Opcode != gws.OpcodeText {
		l.Close()
		return
	}
	_, _ = l.fed.Write(append(bytes.ReplaceAll(m.Bytes(), []byte("\n"), []byte(" ")), '\n')) // whoever reads may have gone
}

// OnClose implements gws.Event.
func (l *line) OnClose(*gws.Conn, error) {
	l.fed.Close()
	l.end()
}

// Read implements io.Reader.
func (l *line) Read(b []byte) (int, error) { return l.in.Read(b) }

// Write sends one line.
func (l *line) Write(b []byte) (int, error) {
	return len(b), l.ws.WriteMessage(gws.OpcodeText, bytes.TrimSuffix(b, []byte("\n")))
}

// figures sends a binary message; an error is that the page is gone, or does not read.
func (l *line) figures(b []byte) error {
	if err := l.ws.SetWriteDeadline(time.Now().Add(readWait)); err != nil {
		return err
	}
	return l.ws.WriteMessage(gws.OpcodeBinary, b)
}

// Close ends the connection.
func (l *line) Close() error {
	l.end()
	l.in.Close()                                         // nothing more is taken in
	_ = l.ws.SetWriteDeadline(time.Now().Add(closeWait)) // the kernel's time; one that is closed takes none
	l.ws.WriteClose(1000, nil)
	return nil
}
