package image

import (
	"encoding/binary"

	lua "github.com/yuin/gopher-lua"
)

// NewPlain makes a Writer for what has no identity: numbers, texts, bytes. What it has
// written is taken with Swap.
func NewPlain() *Writer { return NewWriter(nil, false) }

// Swap returns what has been written, and goes on into the room of buf as if nothing had
// been: texts are written out again.
func (w *Writer) Swap(buf []byte) []byte {
	out := w.buf
	w.buf = buf[:0]
	clear(w.texts)
	return out
}

// Cut takes back what has been written behind a length. Texts that were new there must not
// be used again before the next Swap.
func (w *Writer) Cut(length int) { w.buf = w.buf[:length] }

// NewPlainReader reads what a plain Writer has written. Anything else in it is an error.
func NewPlainReader(data []byte) *Reader { return NewReader(nil, data, 0) }

// plainText reads a text where nothing else can stand.
func (r *Reader) plainText() string {
	mark := r.Uint()
	if r.err != nil || mark != markText && mark != markNewText {
		r.Fail("no text")
		return ""
	}
	s, _ := r.text(mark).(lua.LString)
	return string(s)
}

// More says whether there is something left to read, and nothing wrong so far.
func (r *Reader) More() bool { return r.err == nil && r.at < len(r.data) }

// Fixed writes a number in 8 bytes.
func (w *Writer) Fixed(n uint64) { w.buf = binary.LittleEndian.AppendUint64(w.buf, n) }

// Fixed reads what Fixed has written.
func (r *Reader) Fixed() uint64 {
	if r.err != nil || len(r.data)-r.at < 8 {
		r.Fail("no number")
		return 0
	}
	r.at += 8
	return binary.LittleEndian.Uint64(r.data[r.at-8:])
}
