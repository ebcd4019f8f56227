package syntax

import (
	"bytes"
	"slices"
	"strings"

	"hotshard/runtime/script/number"
)

// maxInterned is the length of the longest string literal that is looked up among
// those before it.
const maxInterned = 40

// longBracket reads the opening of a long bracket, `[==[`, and returns its number
// of equals signs. Where it is none, level tells `[` alone (0) from `[=`.
func longBracket(src []byte, at int) (level int, ok bool) {
	if at >= len(src) || src[at] != '[' {
		return 0, false
	}
	end := at + 1
	for end < len(src) && src[end] == '=' {
		end++
	}
	return end - at - 1, end < len(src) && src[end] == '['
}

// bracket reads what begins with an opening bracket: it, or a long string.
func (lx *lexer) bracket(t *token) {
	level, long := longBracket(lx.src, lx.pos)
	switch {
	case long:
		t.kind, t.text = _string, lx.text(lx.long(level, "unfinished long string"))
	case level == 0:
		lx.pos++
		t.kind = '['
	default:
		lx.fail("invalid long string delimiter", string(lx.src[lx.pos:lx.pos+level+1]))
	}
}

// long goes over a long bracket of the level and returns what is in it, without
// the newline that may stand first and with every end of line as one byte.
func (lx *lexer) long(level int, unfinished string) []byte {
	lx.pos += level + 2
	if lx.pos < len(lx.src) && isNewline(lx.src[lx.pos]) {
		lx.newline()
	}
	rest := lx.src[lx.pos:]
	closing := slices.Concat([]byte("]"), bytes.Repeat([]byte("="), level), []byte("]"))
	end := bytes.Index(rest, closing)
	body := rest
	if end >= 0 {
		body = rest[:end]
	}
	if level == 0 {
		if nested := bytes.Index(body, []byte("[[")); nested >= 0 {
			lx.lines(body[:nested])
			lx.fail("nesting of [[...]] is deprecated", "[")
		}
	}
	body = lx.lines(body)
	if end < 0 {
		lx.fail(unfinished, EndOfFile)
	}
	lx.pos += end + level + 2
	return body
}

// lines counts the ends of lines in a long bracket and makes each one byte.
func (lx *lexer) lines(body []byte) []byte {
	if bytes.IndexByte(body, '\r') < 0 {
		lx.line += bytes.Count(body, []byte("\n"))
		return body
	}
	out := make([]byte, 0, len(body))
	for at := 0; at < len(body); at++ {
		c := body[at]
		if isNewline(c) {
			at += newlineLen(body, at) - 1
			lx.line++
			c = '\n'
		}
		out = append(out, c)
	}
	return out
}

// text is the value of a string literal.
func (lx *lexer) text(value []byte) string {
	if len(value) <= maxInterned {
		return lx.words.intern(value)
	}
	return string(value)
}

// quoted reads a string in quotes.
func (lx *lexer) quoted(quote byte) string {
	start := lx.pos + 1
	for at := start; at < len(lx.src); at++ {
		switch c := lx.src[at]; {
		case c == quote:
			lx.pos = at + 1
			return lx.text(lx.src[start:at])
		case c == '\\' || isNewline(c):
			return lx.escaped(quote, start, at)
		}
	}
	lx.fail("unfinished string", EndOfFile)
	return ""
}

// escaped is quoted from the first escape on.
func (lx *lexer) escaped(quote byte, start, at int) string {
	value := slices.Clone(lx.src[start:at])
	lx.pos = at
	for lx.pos < len(lx.src) {
		switch c := lx.src[lx.pos]; {
		case c == quote:
			lx.pos++
			return lx.text(value)
		case isNewline(c):
			lx.fail("unfinished string", string(quote)+string(value))
		case c == '\\':
			lx.pos++
			value = lx.escape(value, quote)
		default:
			value = append(value, c)
			lx.pos++
		}
	}
	lx.fail("unfinished string", EndOfFile)
	return ""
}

// escape appends the byte that an escape stands for. Behind a backslash a byte
// without a meaning of its own stands for itself.
func (lx *lexer) escape(value []byte, quote byte) []byte {
	if lx.pos >= len(lx.src) {
		return value
	}
	c := lx.src[lx.pos]
	switch {
	case isNewline(c):
		lx.newline()
		return append(value, '\n')
	case class[c]&isDigit != 0:
		return append(value, lx.decimalEscape(value, quote))
	}
	lx.pos++
	if i := strings.IndexByte("abfnrtv", c); i >= 0 {
		c = "\a\b\f\n\r\t\v"[i]
	}
	return append(value, c)
}

// decimalEscape reads the up to three digits of a byte's number.
func (lx *lexer) decimalEscape(value []byte, quote byte) byte {
	n := 0
	for i := 0; i < 3 && lx.is(lx.pos, isDigit); i++ {
		n = 10*n + int(lx.src[lx.pos]-'0')
		lx.pos++
	}
	if n > 255 {
		lx.fail("escape sequence too large", string(quote)+string(value))
	}
	return byte(n)
}

// number reads everything that looks like part of a number, as 5.1 does, and then
// asks whether it is one: `3x` is a mistake and not two tokens.
func (lx *lexer) number() string {
	end := lx.pos
	for lx.is(end, isDigit) || lx.at(end, '.') {
		end++
	}
	if lx.at(end, 'e') || lx.at(end, 'E') {
		end++
		if lx.at(end, '+') || lx.at(end, '-') {
			end++
		}
	}
	for lx.is(end, isLetter|isDigit) {
		end++
	}
	text := lx.text(lx.src[lx.pos:end])
	lx.pos = end
	if _, ok := number.Parse(text); !ok {
		lx.fail("malformed number", text)
	}
	return text
}
