package syntax

import (
	"fmt"
	"strings"
)

// Error says why a text is not Lua, in the words of Lua 5.1.
type Error struct {
	Name    string // of the text, as given to Parse
	Line    int    // from 1; where the lexer stood
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

// Unfinished says whether more text could make it whole.
func (e *Error) Unfinished() bool { return e.Near == EndOfFile }

// fail gives up: Parse recovers the error.
func (lx *lexer) fail(message, near string) {
	near, _, _ = strings.Cut(near, "\x00") // as far as C would print it
	panic(&Error{Name: lx.name, Line: lx.line, Message: message, Near: near})
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
