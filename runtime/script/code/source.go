package code

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/syntax"
)

// Function is one declared function of a file, with its text.
type Function struct {
	Name       string // "m.f", "m:h", "m.mk/1"
	Line       int
	Start, End int // byte offsets in the source, from `function` to after its `end`
	Text       string
	Params     int
}

// Functions lists the file's functions in the order of their text.
func (f *File) Functions() ([]Function, error) {
	u, refusal := f.Unit()
	if refusal != nil {
		return nil, refusal
	}
	spans := functionSpans(u.src)
	out := make([]Function, len(spans))
	for _, d := range u.Decls[1:] {
		if d.Capture {
			continue
		}
		if d.ordinal >= len(spans) {
			return nil, fmt.Errorf("%s: cannot find the text of %s", f.Path, d.Name)
		}
		sp := spans[d.ordinal]
		out[d.ordinal] = Function{Name: d.Name, Line: d.Line, Start: sp[0], End: sp[1], Text: string(u.src[sp[0]:sp[1]]), Params: d.Params}
	}
	return out, nil
}

// Returns says whether the file ends by returning something, as modules do. One that
// does not compile does not.
func (f *File) Returns() bool {
	u, refusal := f.Unit()
	if refusal != nil {
		return false
	}
	chunk, err := syntax.Parse(u.src, f.Path)
	if err != nil || len(chunk) == 0 {
		return false
	}
	_, ok := chunk[len(chunk)-1].(*ast.ReturnStmt)
	return ok
}

// Function finds one by name.
func (f *File) Function(name string) (Function, error) {
	all, err := f.Functions()
	if err != nil {
		return Function{}, err
	}
	for _, fn := range all {
		if fn.Name == name {
			return fn, nil
		}
	}
	return Function{}, fmt.Errorf("%s declares no function %s", f.Path, name)
}

// Replace returns the file's source with the named function's parameters and body
// replaced by those of code, a function expression: `function(a) ... end`. Names
// in it resolve as in the file.
func (f *File) Replace(name, code string) ([]byte, error) {
	fn, err := f.Function(name)
	if err != nil {
		return nil, &Refusal{Code: RLoad, Subject: name, File: f.Path, Message: err.Error()}
	}
	code = strings.TrimSpace(code)
	expr, refusal := FunctionExpr(code)
	if refusal != nil {
		return nil, refusal
	}
	return f.Splice(fn, mergeHead(fn.Text, code, expr)), nil
}

// Splice returns the file's source with one of its functions' text replaced, byte
// order mark and all else as it was.
func (f *File) Splice(fn Function, text string) []byte {
	mark := len(f.Source) - len(bytes.TrimPrefix(f.Source, []byte("\xef\xbb\xbf")))
	return slices.Concat(f.Source[:mark+fn.Start], []byte(text), f.Source[mark+fn.End:])
}

// FunctionExpr parses a single function expression.
func FunctionExpr(code string) (*ast.FunctionExpr, *Refusal) {
	chunk, err := syntax.Parse([]byte("return "+code), "patch")
	if err != nil {
		return nil, SyntaxRefusal("patch", err)
	}
	if len(chunk) == 1 {
		if ret, ok := chunk[0].(*ast.ReturnStmt); ok && len(ret.Exprs) == 1 {
			if fn, ok := ret.Exprs[0].(*ast.FunctionExpr); ok {
				return fn, nil
			}
		}
	}
	return nil, &Refusal{Code: RSyntax, Subject: "patch", Message: "a patch is one function: function(...) ... end"}
}

// mergeHead keeps the written name of `function M.f(...)` and takes the rest from
// the patch. A method stays one; its self is written out if the patch names it.
func mergeHead(old, code string, expr *ast.FunctionExpr) string {
	head := old[len("function"):strings.IndexByte(old, '(')]
	if strings.TrimSpace(head) == "" {
		return code
	}
	if names := expr.ParList.Names; len(names) > 0 && names[0] == "self" {
		head = strings.Replace(head, ":", ".", 1)
	}
	return "function" + head + code[strings.IndexByte(code, '('):]
}

// functionSpans finds the text of every function by pairing block words. The
// source must have compiled.
func functionSpans(src []byte) [][2]int {
	var spans [][2]int
	var open []int // index into spans, or -1 for another block
	pending := 0   // a `do` that belongs to a for or while
	for _, tok := range syntax.Tokens(src) {
		if tok.String {
			continue
		}
		switch tok.Text {
		case "function":
			spans = append(spans, [2]int{tok.Start, 0})
			open = append(open, len(spans)-1)
		case "for", "while":
			pending++
			open = append(open, -1)
		case "do":
			if pending > 0 {
				pending--
				continue
			}
			open = append(open, -1)
		case "if", "repeat":
			open = append(open, -1)
		case "end", "until":
			if n := len(open); n > 0 {
				if i := open[n-1]; i >= 0 {
					spans[i][1] = tok.End
				}
				open = open[:n-1]
			}
		}
	}
	return spans
}
