package bytecode

import (
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// A record is a table of few fields whose names are constants and differ. Its values take
// registers, so in an expression that is deep by then no table is one.
const (
	maxRecord       = 8 // as many as a small map of Go's has
	recordRegisters = 128
)

// record builds a record at once, when all its values are there. It is false for any
// other table.
func (f *function) record(ex *ast.TableExpr, dst int) bool {
	names := recordNames(ex)
	if names == nil || f.free > recordRegisters {
		return false
	}
	t := f.reserve(1)
	for _, field := range ex.Fields {
		f.push(field.Value)
	}
	f.abc(OpRecord, t, len(names), 0)
	for _, name := range names {
		f.abx(lua.OP_LOADK, 0, f.constant(lua.LString(name)))
	}
	f.free = t + 1
	f.move(dst, t)
	return true
}

// recordNames are the names of a record's fields, nil for a table that is none.
func recordNames(ex *ast.TableExpr) []string {
	if len(ex.Fields) == 0 || len(ex.Fields) > maxRecord {
		return nil
	}
	names := make([]string, len(ex.Fields))
	for i, field := range ex.Fields {
		name, ok := field.Key.(*ast.StringExpr)
		if !ok || name.Value == "" {
			return nil
		}
		for _, other := range names[:i] {
			if other == name.Value {
				return nil
			}
		}
		names[i] = name.Value
	}
	return names
}
