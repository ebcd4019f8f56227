package bytecode

import (
	"math"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/number"
	"hotshard/runtime/script/real"
)

var arithmeticOps = map[string]int{"+": lua.OP_ADD, "-": lua.OP_SUB, "*": lua.OP_MUL, "/": lua.OP_DIV, "%": lua.OP_MOD, "^": lua.OP_POW}

func (f *function) arithmetic(ex *ast.ArithmeticOpExpr, dst int) {
	b := f.rk(ex.Lhs)
	c := f.rk(ex.Rhs)
	f.at(ex)
	f.abc(arithmeticOps[ex.Operator], dst, b, c)
}

func (f *function) unary(op int, operand, ex ast.Expr, dst int) {
	b := f.any(operand)
	f.at(ex)
	f.abc(op, dst, b, 0)
}

// concat joins a chain, which leans to the right, by one instruction.
func (f *function) concat(ex *ast.StringConcatOpExpr, dst int) {
	first := f.free
	var last int
	for {
		f.push(ex.Lhs)
		right, ok := ex.Rhs.(*ast.StringConcatOpExpr)
		if !ok {
			last = f.push(ex.Rhs)
			break
		}
		ex = right
	}
	f.at(ex)
	f.abc(lua.OP_CONCAT, dst, first, last)
}

// fold is the value of an expression of number literals, as lua5.1 computes it
// beforehand: not where the result is no number or a division by zero.
func fold(ex ast.Expr) (float64, bool) {
	switch ex := ex.(type) {
	case *ast.NumberExpr:
		n, ok := number.Parse(ex.Value)
		return n, ok
	case *ast.UnaryMinusOpExpr:
		n, ok := fold(ex.Expr)
		return -n, ok
	case *ast.ArithmeticOpExpr:
		a, ok1 := fold(ex.Lhs)
		if !ok1 {
			return 0, false
		}
		b, ok2 := fold(ex.Rhs)
		if !ok2 || b == 0 && (ex.Operator == "/" || ex.Operator == "%") {
			return 0, false
		}
		n := Arithmetic(arithmeticOps[ex.Operator], a, b)
		return n, n == n
	}
	return 0, false
}

// Arithmetic is the result of an arithmetic operation on two numbers.
func Arithmetic(op int, a, b float64) float64 {
	switch op {
	case lua.OP_ADD:
		return a + b
	case lua.OP_SUB:
		return a - b
	case lua.OP_MUL:
		return a * b
	case lua.OP_DIV:
		return a / b
	case lua.OP_MOD:
		return Mod(a, b)
	}
	return real.Pow(a, b)
}

// Mod is a % b as Lua 5.1 defines it: a - floor(a/b)*b.
func Mod(a, b float64) float64 { return a - float64(math.Floor(a/b)*b) }

var comparisons = map[string]struct {
	op     int
	swap   bool
	negate bool
}{
	"==": {op: lua.OP_EQ}, "~=": {op: lua.OP_EQ, negate: true},
	"<": {op: lua.OP_LT}, "<=": {op: lua.OP_LE},
	">": {op: lua.OP_LT, swap: true}, ">=": {op: lua.OP_LE, swap: true},
}

// compare emits a comparison followed by a jump that is taken where it gives cond.
func (f *function) compare(ex *ast.RelationalOpExpr, cond bool) int {
	free := f.free
	how := comparisons[ex.Operator]
	b := f.rk(ex.Lhs)
	c := f.rk(ex.Rhs)
	if how.swap {
		b, c = c, b
	}
	f.at(ex)
	f.abc(how.op, b2i(cond != how.negate), b, c)
	f.free = free
	return f.jump()
}

// jumpIf emits what jumps where the expression is true, or false, as cond says, and
// goes on otherwise. It gives the jumps.
func (f *function) jumpIf(ex ast.Expr, cond bool) []int {
	f.at(ex)
	if truth, ok := alwaysTrue(ex); ok {
		if truth == cond {
			return []int{f.jump()}
		}
		return nil
	}
	switch ex := ex.(type) {
	case *ast.UnaryNotOpExpr:
		return f.jumpIf(ex.Expr, !cond)
	case *ast.RelationalOpExpr:
		return []int{f.compare(ex, cond)}
	case *ast.LogicalOpExpr:
		if (ex.Operator == "or") == cond { // either decides
			return append(f.jumpIf(ex.Lhs, cond), f.jumpIf(ex.Rhs, cond)...)
		}
		skip := f.jumpIf(ex.Lhs, !cond)
		jumps := f.jumpIf(ex.Rhs, cond)
		f.land(skip)
		return jumps
	}
	free := f.free
	reg := f.any(ex)
	f.abc(lua.OP_TEST, reg, 0, b2i(cond))
	f.free = free
	return []int{f.jump()}
}

// alwaysTrue is the truth of an expression that is a constant.
func alwaysTrue(ex ast.Expr) (truth, constant bool) {
	switch ex.(type) {
	case *ast.TrueExpr, *ast.NumberExpr, *ast.StringExpr:
		return true, true
	case *ast.FalseExpr, *ast.NilExpr:
		return false, true
	}
	return false, false
}

// valueIf is jumpIf that also leaves the expression's value in dst where it jumps.
// Where it goes on, dst is as it was, or free.
func (f *function) valueIf(ex ast.Expr, cond bool, dst int) []int {
	f.at(ex)
	if truth, ok := alwaysTrue(ex); ok {
		if truth != cond {
			return nil
		}
		f.into(ex, dst)
		return []int{f.jump()}
	}
	switch ex := ex.(type) {
	case *ast.UnaryNotOpExpr, *ast.RelationalOpExpr:
		skip := f.jumpIf(ex, !cond)
		f.abc(lua.OP_LOADBOOL, dst, b2i(cond), 0)
		jump := f.jump()
		f.land(skip)
		return []int{jump}
	case *ast.LogicalOpExpr:
		if (ex.Operator == "or") == cond {
			return append(f.valueIf(ex.Lhs, cond, dst), f.valueIf(ex.Rhs, cond, dst)...)
		}
		skip := f.jumpIf(ex.Lhs, !cond)
		jumps := f.valueIf(ex.Rhs, cond, dst)
		f.land(skip)
		return jumps
	}
	free := f.free
	reg := f.any(ex)
	if reg == dst {
		f.abc(lua.OP_TEST, reg, 0, b2i(cond))
	} else {
		f.abc(lua.OP_TESTSET, dst, reg, b2i(cond))
	}
	f.free = free
	return []int{f.jump()}
}

// logical is the value of `and` and `or`: that of the side that decides.
func (f *function) logical(ex *ast.LogicalOpExpr, dst int) {
	done := f.valueIf(ex.Lhs, ex.Operator == "or", dst)
	f.into(ex.Rhs, dst)
	f.land(done)
}

// truth is the value of a comparison.
func (f *function) truth(ex ast.Expr, dst int) {
	yes := f.jumpIf(ex, true)
	f.abc(lua.OP_LOADBOOL, dst, 0, 1)
	f.land(yes)
	f.abc(lua.OP_LOADBOOL, dst, 1, 0)
}

func (f *function) not(ex *ast.UnaryNotOpExpr, dst int) {
	switch ex.Expr.(type) {
	case *ast.LogicalOpExpr, *ast.RelationalOpExpr, *ast.UnaryNotOpExpr:
		f.truth(ex, dst)
		return
	}
	f.unary(lua.OP_NOT, ex.Expr, ex, dst)
}
