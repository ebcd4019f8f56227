package luacheck

import (
	"bytes"
	"errors"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/syntax"
)

// source is one script: its tree, and where its names stand. The tree of
// gopher-lua knows lines only; the columns come from a second look at the text.
type source struct {
	name   string // "lib/ship.lua"
	chunk  []ast.Stmt
	broken *Finding // why there is no tree
	text   []byte
	tokens map[int][]syntax.Token // by line, once something was found: most scripts are clean

	exports exports
	gives   map[string]map[string]bool // to other modules
	raises  raised
}

// newSource parses and compiles the text.
func newSource(name string, text []byte) *source {
	s := parse(name, text)
	if s.chunk != nil {
		if _, err := bytecode.Compile(s.chunk, name); err != nil {
			s.broken = compileFinding(err)
		}
	}
	return s
}

// parse reads the text. A byte order mark is skipped, as the loader does.
func parse(name string, text []byte) *source {
	s := &source{name: name, text: bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))}
	defer s.learn()
	chunk, err := syntax.Parse(s.text, name)
	if err != nil {
		s.broken = syntaxFinding(err)
		return s
	}
	s.chunk = chunk
	return s
}

// module returns the name under which require finds the file: "lib.ship".
func (s *source) module() string { return moduleName(s.name) }

// isTest says whether the file may use the words of tests: one called *_test.lua,
// or a helper of tests in a folder called testing.
func (s *source) isTest() bool { return code.IsTest(s.name) }

func moduleName(file string) string {
	return strings.ReplaceAll(strings.TrimSuffix(file, ".lua"), "/", ".")
}

// syntaxFinding turns a parser's error into a place and a sentence.
func syntaxFinding(err error) *Finding {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return &Finding{Line: 1, Col: 1, Message: strings.TrimSpace(err.Error())}
	}
	return &Finding{Line: e.Line, Col: e.Column, Message: e.Advice()}
}

// compileFinding reads the line out of the compiler's message, such as "too many
// local variables".
func compileFinding(err error) *Finding {
	f := &Finding{Line: 1, Col: 1, Message: strings.TrimSpace(err.Error())}
	var e *bytecode.Error
	if errors.As(err, &e) {
		f.Line, f.Message = max(e.Line, 1), strings.TrimSpace(e.Message)
	}
	return f
}

// index lists the tokens of the text by line.
func index(text []byte) map[int][]syntax.Token {
	tokens := map[int][]syntax.Token{}
	for _, tok := range syntax.Tokens(text) {
		tokens[tok.Line] = append(tokens[tok.Line], tok)
	}
	return tokens
}

// column returns the column of the nth place (from 0) on the line where the
// names follow each other, joined by dots or colons; 1 where there is none.
func (s *source) column(line, nth int, names ...string) int {
	if s.tokens == nil {
		s.tokens = index(s.text)
	}
	toks := s.tokens[line]
	last := 1
	for i := range toks {
		if end := match(toks[i:], names); end >= 0 {
			last = toks[i+end].Column
			if nth == 0 {
				return last
			}
			nth--
		}
	}
	return last
}

// match says whether the tokens begin with the names, and returns the index of
// the token of the last name, else -1.
func match(toks []syntax.Token, names []string) int {
	for i, name := range names {
		at := 2 * i
		if at >= len(toks) || toks[at].Text != name {
			return -1
		}
		if i > 0 && toks[at-1].Text != "." && toks[at-1].Text != ":" {
			return -1
		}
	}
	return 2 * (len(names) - 1)
}
