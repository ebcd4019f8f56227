package syntax

// lexer cuts the text into tokens.
type lexer struct {
	src   []byte
	name  string // of the text, for errors
	pos   int    // of the next byte
	line  int    // of the next byte
	start int    // of the token that is being read
	words dictionary
}

// Classes of bytes, those of the C locale: bytes above 127 belong to none.
const (
	isSpace = 1 << iota // but not the ends of lines
	isDigit
	isLetter // and the underscore
)

var class = func() (table [256]uint8) {
	for _, c := range " \t\v\f" {
		table[c] |= isSpace
	}
	for c := '0'; c <= '9'; c++ {
		table[c] |= isDigit
	}
	for c := 'a'; c <= 'z'; c++ {
		table[c] |= isLetter
		table[c-'a'+'A'] |= isLetter
	}
	table['_'] |= isLetter
	return table
}()

func isNewline(c byte) bool { return c == '\n' || c == '\r' }

// at says whether the byte at an offset is c.
func (lx *lexer) at(pos int, c byte) bool { return pos < len(lx.src) && lx.src[pos] == c }

// is says whether the byte at an offset belongs to one of the classes.
func (lx *lexer) is(pos int, classes uint8) bool {
	return pos < len(lx.src) && class[lx.src[pos]]&classes != 0
}

// next reads one token.
func (lx *lexer) next(t *token) {
	lx.skip()
	lx.start, t.start, t.line = lx.pos, lx.pos, lx.line
	if lx.pos >= len(lx.src) {
		t.kind = _eof
	} else {
		lx.read(t, lx.src[lx.pos])
	}
	t.end = lx.pos
}

// read reads the token that begins with c.
func (lx *lexer) read(t *token, c byte) {
	switch {
	case class[c]&isLetter != 0:
		lx.word(t)
	case class[c]&isDigit != 0 || c == '.' && lx.is(lx.pos+1, isDigit):
		t.kind, t.text = _number, lx.number()
	case c == '"' || c == '\'':
		t.kind, t.text = _string, lx.quoted(c)
	case c == '[':
		lx.bracket(t)
	default:
		t.kind = lx.symbol(c)
	}
}

// skip goes to the next token, over spaces and comments.
func (lx *lexer) skip() {
	for lx.pos < len(lx.src) {
		switch c := lx.src[lx.pos]; {
		case class[c]&isSpace != 0:
			lx.pos++
		case isNewline(c):
			lx.newline()
		case c == '-' && lx.at(lx.pos+1, '-'):
			lx.comment()
		default:
			return
		}
	}
}

// newline goes over the end of a line, which may be two bytes.
func (lx *lexer) newline() {
	lx.pos += newlineLen(lx.src, lx.pos)
	lx.line++
}

func newlineLen(src []byte, at int) int {
	if at+1 < len(src) && isNewline(src[at+1]) && src[at+1] != src[at] {
		return 2
	}
	return 1
}

func (lx *lexer) comment() {
	lx.start = lx.pos
	lx.pos += 2
	if level, ok := longBracket(lx.src, lx.pos); ok {
		lx.long(level, "unfinished long comment")
		return
	}
	for lx.pos < len(lx.src) && !isNewline(lx.src[lx.pos]) {
		lx.pos++
	}
}

func (lx *lexer) word(t *token) {
	end := lx.pos + 1
	for lx.is(end, isLetter|isDigit) {
		end++
	}
	word := lx.src[lx.pos:end]
	lx.pos = end
	if k, ok := reservedWords[string(word)]; ok {
		t.kind = k
		return
	}
	t.kind, t.text = _name, lx.words.intern(word)
}

// symbol reads an operator or any other single byte.
func (lx *lexer) symbol(c byte) kind {
	lx.pos++
	switch {
	case c == '.' && lx.at(lx.pos, '.'):
		lx.pos++
		if lx.at(lx.pos, '.') {
			lx.pos++
			return _dots
		}
		return _concat
	case !lx.at(lx.pos, '='):
		return kind(c)
	}
	two := kind(c)
	switch c {
	case '=':
		two = _eq
	case '<':
		two = _le
	case '>':
		two = _ge
	case '~':
		two = _ne
	default:
		return two
	}
	lx.pos++
	return two
}
