package syntax

// Token is one word of a text, for those who look for places in it.
type Token struct {
	Text         string // of a string, what it stands for
	String       bool
	Start, End   int // byte offsets
	Line, Column int // of its first byte, both from 1
}

// Tokens lists the tokens of a text, comments left out, as far as they can be
// read.
func Tokens(src []byte) (list []Token) {
	lx := lexer{src: src, line: 1}
	lineStart, seen := 0, 0
	var end error
	defer catch(&end)
	for {
		var t token
		lx.next(&t)
		for ; seen < t.start; seen++ {
			if isNewline(src[seen]) {
				lineStart = seen + 1
			}
		}
		if t.kind == _eof {
			return list
		}
		list = append(list, Token{t.value(), t.kind == _string, t.start, t.end, t.line, t.start - lineStart + 1})
	}
}
