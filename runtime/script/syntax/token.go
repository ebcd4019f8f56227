package syntax

import "fmt"

// kind says what a token is: a single byte stands for itself.
type kind int16

const (
	_and kind = iota + 256
	_break
	_do
	_else
	_elseif
	_end
	_false
	_for
	_function
	_if
	_in
	_local
	_nil
	_not
	_or
	_repeat
	_return
	_then
	_true
	_until
	_while
	_concat
	_dots
	_eq
	_ge
	_le
	_ne
	_number
	_name
	_string
	_eof
)

// EndOfFile is what Error.Near says when the text ended too early.
const EndOfFile = "<eof>"

var kindNames = [...]string{"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in",
	"local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while", "..", "...", "==", ">=", "<=",
	"~=", "<number>", "<name>", "<string>", EndOfFile}

// String is how an error names the kind.
func (k kind) String() string {
	switch {
	case k >= _and:
		return kindNames[k-_and]
	case k < ' ' || k == 127:
		return fmt.Sprintf("char(%d)", k)
	}
	return string([]byte{byte(k)})
}

// endsBlock says whether no statement can begin with it because a block ends there.
func (k kind) endsBlock() bool {
	return k == _else || k == _elseif || k == _end || k == _until || k == _eof
}

// reservedWords are the kinds of the words that are no names.
var reservedWords = func() map[string]kind {
	words := map[string]kind{}
	for k := _and; k <= _while; k++ {
		words[k.String()] = k
	}
	return words
}()

// token is one word of the text. text is the value of a name, a number or a string.
type token struct {
	kind       kind
	text       string
	start, end int // byte offsets
	line       int // of its first byte
}

// value is the text of a name, a number or a string, and of any other the word.
func (t token) value() string {
	switch t.kind {
	case _name, _number, _string:
		return t.text
	}
	return t.kind.String()
}
