package serve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"hotshard/console/command"
)

// Protocol is the version of what is spoken on the socket: one JSON object a
// line, requests one way, replies the other. A client that knows another version
// must not go on.
const Protocol = 1

// MaxFrame bounds one line in bytes, both ways.
const MaxFrame = 16 << 20

// Request is what a client sends. Exactly one of Run, Complete and Cancel is set.
type Request struct {
	ID  uint64 `json:"id"` // chosen by the client; replies carry it
	Run string `json:"run,omitempty"`
	// Confirm, JSON and Interactive go with Run: the shard's name as typed, one
	// JSON value wanted, somebody looks on.
	Confirm     string `json:"confirm,omitempty"`
	JSON        bool   `json:"json,omitempty"`
	Interactive bool   `json:"interactive,omitempty"`
	// Complete is a line up to the cursor.
	Complete *string `json:"complete,omitempty"`
	// Cancel breaks off the command with this ID.
	Cancel bool `json:"cancel,omitempty"`
}

// Reply is what a server sends. Hello comes once, first. A Run is answered by
// any number of Parts and then Done or Error, a Complete by Completion.
type Reply struct {
	ID         uint64              `json:"id,omitempty"`
	Hello      *Hello              `json:"hello,omitempty"`
	Part       *command.Result     `json:"part,omitempty"`
	Done       *command.Result     `json:"done,omitempty"`
	Error      *Failure            `json:"error,omitempty"`
	Completion *command.Completion `json:"completion,omitempty"`
	// News is a line about what a colleague did, or why the connection ends. It has
	// no ID, and comes at any time.
	News string `json:"news,omitempty"`
	// Release is the current one when the command ended, for the prompt.
	Release int `json:"release,omitempty"`
}

// Hello says who is at the other end, and who the client is to it.
type Hello struct {
	Protocol   int      `json:"protocol"`
	Shard      string   `json:"shard"`
	Production bool     `json:"production"`
	Release    int      `json:"release"`
	Version    string   `json:"version"`
	PID        int      `json:"pid"`
	Who        string   `json:"who"`
	Role       string   `json:"role"`
	Notices    []string `json:"notices,omitempty"`
}

// Failure is a refusal on the wire, with what the command had printed before.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Output  string `json:"output,omitempty"`
}

// ErrFrame is a line that is no frame. Nothing can be said after it.
var ErrFrame = errors.New("not a frame of this protocol")

// FrameReader reads frames from a stream that may say anything.
type FrameReader struct{ r *bufio.Reader }

// NewFrameReader returns a reader of frames.
func NewFrameReader(r io.Reader) *FrameReader { return &FrameReader{bufio.NewReaderSize(r, 16<<10)} }

// Read reads one frame into v. It returns io.EOF at the end of the stream, and an
// error that wraps ErrFrame for a line that is too long, cut off or not JSON.
func (f *FrameReader) Read(v any) error {
	var line []byte
	for {
		part, err := f.r.ReadSlice('\n')
		if len(line)+len(part) > MaxFrame {
			return fmt.Errorf("%w: longer than %d MiB", ErrFrame, MaxFrame>>20)
		}
		if err == nil && line == nil {
			line = part // the common case copies nothing
			break
		}
		line = append(line, part...)
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) && len(line) > 0 {
				return fmt.Errorf("%w: cut off", ErrFrame)
			}
			return err
		}
	}
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("%w: %v", ErrFrame, err)
	}
	return nil
}

// frame is a value as a line.
func frame(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b) // which ends a value with a line end
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	if b.Len() > MaxFrame {
		return nil, command.Refuse(command.CodeUsage, "that is larger than %d MiB: ask for less", MaxFrame>>20)
	}
	return b.Bytes(), nil
}

// WriteRequest writes a request as one frame in one Write. One that is too large
// is a *command.Refusal, and nothing was written.
func WriteRequest(w io.Writer, q Request) error {
	b, err := frame(q)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}
