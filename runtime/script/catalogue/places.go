package catalogue

import (
	"bytes"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/syntax"
)

// placed is where a type stands in its file.
type placed struct {
	line      int
	fields    map[string]int // the lines of what it gives
	twice     string         // a field that it gives twice: Lua would take the last
	twiceLine int
}

// field is the line on which a type gives a field, else that of the type.
func (p placed) field(key string) int {
	if line := p.fields[key]; line > 0 {
		return line
	}
	return p.line
}

// places finds in a file's text what its values do not say: lines, and what is given
// twice. A file may make its types by functions and loops; then there are constructors
// without a name, and the line is that of nothing.
type places struct {
	list  []placed            // the members of the list that the file returns
	named map[string][]placed // all constructors with a name = "...", in order
	keys  map[string]int      // where a field of that name first stands
}

// find reads a file that has been run: it is Lua.
func find(f *code.File) *places {
	p := &places{named: map[string][]placed{}, keys: map[string]int{}}
	chunk, err := syntax.Parse(bytes.TrimPrefix(f.Source, []byte("\xef\xbb\xbf")), f.Path)
	if err != nil {
		return p
	}
	for _, s := range chunk {
		if ret, ok := s.(*ast.ReturnStmt); ok && len(ret.Exprs) == 1 {
			p.returned(ret.Exprs[0])
		}
	}
	syntax.Walk(chunk, func(x ast.Expr) {
		if t, ok := x.(*ast.TableExpr); ok {
			p.constructor(t)
		}
	})
	return p
}

func (p *places) returned(x ast.Expr) {
	list, ok := x.(*ast.TableExpr)
	if !ok {
		return
	}
	for _, f := range list.Fields {
		if f.Key != nil {
			continue
		}
		at := placed{line: f.Value.Line()}
		if t, ok := f.Value.(*ast.TableExpr); ok {
			at = newPlaced(t)
		}
		p.list = append(p.list, at)
	}
}

func (p *places) constructor(t *ast.TableExpr) {
	for _, f := range t.Fields {
		key, ok := f.Key.(*ast.StringExpr)
		if !ok {
			continue
		}
		if p.keys[key.Value] == 0 {
			p.keys[key.Value] = key.Line()
		}
		if name, ok := f.Value.(*ast.StringExpr); ok && key.Value == keyName {
			p.named[name.Value] = append(p.named[name.Value], newPlaced(t))
		}
	}
}

func newPlaced(t *ast.TableExpr) placed {
	at := placed{line: t.Line(), fields: map[string]int{}}
	for _, f := range t.Fields {
		key, ok := f.Key.(*ast.StringExpr)
		if !ok {
			continue
		}
		if at.fields[key.Value] > 0 && at.twice == "" {
			at.twice, at.twiceLine = key.Value, key.Line()
		}
		at.fields[key.Value] = key.Line()
	}
	return at
}

// at is where the index-th type of the list stands, or the nth of those with a name.
func (p *places) at(index int, name string, nth int) placed {
	if index <= len(p.list) && (len(p.list[index-1].fields) > 0 || name == "") {
		return p.list[index-1]
	}
	if all := p.named[name]; nth < len(all) {
		return all[nth]
	}
	return placed{}
}

// key is where a field of that name stands, 0 where it does not.
func (p *places) key(key string) int { return p.keys[key] }
