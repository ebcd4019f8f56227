package syntax

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/gopher-lua/ast"
)

// TestLinesAreTheReferences breaks the lines of programs at random and compares
// the line of every instruction that can fail with the one that luac5.1 gives it.
func TestLinesAreTheReferences(t *testing.T) {
	luac, err := exec.LookPath("luac5.1")
	if err != nil {
		t.Skip("luac5.1 is not installed")
	}
	rng, instructions := rand.New(rand.NewPCG(5, 6)), 0
	for _, text := range append(programs(t, "../../../scripts"), programs(t, "testdata/expressions.lua", "testdata/lines.lua")...) {
		text = breakLines(rng, text)
		cmd := exec.Command(luac, "-l", "-p", "-")
		cmd.Stdin = strings.NewReader(text)
		listing, err := cmd.Output()
		if err != nil {
			continue // broken before a bracket: ambiguous
		}
		chunk, err := Parse([]byte(text), "text")
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		want, got := listed(string(listing)), expected(chunk)
		instructions += len(want)
		if !slices.Equal(want, got) {
			t.Fatalf("%s in\n%s", firstDifference(strings.Join(want, "\n"), strings.Join(got, "\n")), text)
		}
	}
	if instructions < 1000 {
		t.Errorf("only %d instructions compared", instructions)
	}
}

// breakable is a space that can be a line's end: not in a comment or a string, as
// far as one can tell from the line.
var breakable = regexp.MustCompile(` [^ (]`)

func breakLines(rng *rand.Rand, text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.ContainsAny(line, "\"'[]") && !strings.Contains(line, "--") {
			line = breakable.ReplaceAllStringFunc(line, func(s string) string {
				if rng.IntN(4) == 0 {
					return "\n" + s[1:]
				}
				return s
			})
			for _, sign := range []string{".", ",", ")", "}", "="} {
				at := strings.Index(line, sign)
				next := at + len(sign)
				if at >= 0 && rng.IntN(4) == 0 && (next >= len(line) || !strings.ContainsRune(".=~<>(0123456789", rune(line[next]))) &&
					(at == 0 || !strings.ContainsRune(".=~<>0123456789", rune(line[at-1]))) {
					line = line[:at] + "\n" + sign + "\n" + line[next:]
				}
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

var instruction = regexp.MustCompile(`\[(\d+)\]\s+(CALL|TAILCALL|GETTABLE|ADD|SUB|MUL|DIV|MOD|POW|LEN|LT|LE|EQ)\s`)

// listed are the lines in luac's listing, by what fails there.
func listed(listing string) []string {
	var out []string
	for _, m := range instruction.FindAllStringSubmatch(listing, -1) {
		name := m[2]
		switch {
		case name == "TAILCALL":
			name = "CALL"
		case strings.Contains("ADD SUB MUL DIV MOD POW", name):
			name = "ARITH"
		case strings.Contains("LT LE EQ", name):
			name = "COMPARE"
		}
		out = append(out, name+" "+m[1])
	}
	slices.Sort(out)
	return out
}

// expected are the same lines as a tree has them.
func expected(chunk []ast.Stmt) []string {
	var out []string
	visit(reflect.ValueOf(chunk), func(node any) {
		switch node := node.(type) {
		case *ast.FuncCallExpr:
			out = append(out, fmt.Sprint("CALL ", node.Line()))
		case *ast.AttrGetExpr:
			out = append(out, fmt.Sprint("GETTABLE ", node.LastLine()))
		case *ast.UnaryLenOpExpr:
			out = append(out, fmt.Sprint("LEN ", node.Line()))
		case *ast.RelationalOpExpr:
			out = append(out, fmt.Sprint("COMPARE ", node.Line()))
		case *ast.ArithmeticOpExpr:
			if !folded(node) {
				out = append(out, fmt.Sprint("ARITH ", node.Line()))
			}
		}
	})
	slices.Sort(out)
	return out
}

// folded says whether 5.1 does the sum while it compiles.
func folded(ex ast.Expr) bool {
	switch ex := ex.(type) {
	case *ast.NumberExpr:
		return true
	case *ast.UnaryMinusOpExpr:
		return folded(ex.Expr)
	case *ast.ArithmeticOpExpr:
		zero, _ := ex.Rhs.(*ast.NumberExpr)
		byZero := zero != nil && zero.Value == "0" && (ex.Operator == "/" || ex.Operator == "%")
		return folded(ex.Lhs) && folded(ex.Rhs) && !byZero
	}
	return false
}

// visit calls f for every node but those that a value is stored in.
func visit(v reflect.Value, f func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		visit(v.Elem(), f)
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), f)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		f(v.Interface())
		for i := range v.Elem().NumField() {
			field := v.Elem().Field(i)
			_, assign := v.Interface().(*ast.AssignStmt)
			_, name := v.Interface().(*ast.FuncName)
			switch of := v.Elem().Type().Field(i).Name; {
			case assign && of == "Lhs":
				for i := range field.Len() {
					visitTarget(field.Index(i), f)
				}
			case name && of == "Func":
				visitTarget(field, f)
			default:
				visit(field, f)
			}
		}
	}
}

// visitTarget visits what stands inside a place that is assigned to.
func visitTarget(v reflect.Value, f func(node any)) {
	if at, ok := v.Interface().(*ast.AttrGetExpr); ok {
		visit(reflect.ValueOf(at.Object), f)
		visit(reflect.ValueOf(at.Key), f)
	}
}
