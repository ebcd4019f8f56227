package syntax

import (
	"bytes"
	"fmt"
	"strings"
)

// Error says why a text is not Lua, in the words of Lua 5.1.
type Error struct {
	Name    string // of the text, as given to Parse
	Line    int    // from 1: where reading had come to, as 5.1 counts
	Column  int    // from 1, in bytes: of the token at fault if it begins on that line
	Message string
	Near    string // the token at fault, EndOfFile, or "" where none is to blame
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Sentence())
}

// Sentence is the message with the token, without the place.
func (e *Error) Sentence() string {
	if e.Near == "" {
		return e.Message
	}
	return fmt.Sprintf("%s near '%s'", e.Message, e.Near)
}

// Advice is Sentence for a person: where the text ended too early it says so, and
// what to look for.
func (e *Error) Advice() string {
	switch {
	case !e.Unfinished():
		return e.Sentence()
	case strings.HasPrefix(e.Message, "unfinished"), strings.Contains(e.Message, "(to close "):
		return e.Message + " at the end of the file"
	}
	return e.Message + " at the end of the file; is an 'end' or a bracket missing?"
}

// Unfinished says whether more text could make it whole.
func (e *Error) Unfinished() bool { return e.Near == EndOfFile && e.Message != noLoop }

const noLoop = "no loop to break"

// fail gives up; catch recovers the error.
func (lx *lexer) fail(message, near string) {
	near, _, _ = strings.Cut(near, "\x00") // as far as C would print it
	panic(&Error{Name: lx.name, Line: lx.line, Column: lx.column(), Message: message, Near: near})
}

// column is that of the token that is being read, 1 if it began on a line before.
func (lx *lexer) column() int {
	if bytes.ContainsAny(lx.src[lx.start:lx.pos], "\r\n") {
		return 1
	}
	return lx.start - bytes.LastIndexAny(lx.src[:lx.start], "\r\n")
}

// catch is where a fail ends.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case *Error:
		*err = r
	default:
		panic(r)
	}
}

// near is a token as errors show it: a string with its quotes around what it
// stands for.
func (lx *lexer) near(t token) string {
	switch t.kind {
	case _name, _number:
		return t.text
	case _string:
		quote := lx.src[t.start : t.start+1]
		if quote[0] != '[' {
			return string(quote) + t.text + string(quote)
		}
		level, _ := longBracket(lx.src, t.start)
		return string(lx.src[t.start:t.start+level+2]) + t.text + string(lx.src[t.end-level-2:t.end])
	}
	return t.kind.String()
}
