package bytecode

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/syntax"
)

// failing are the instructions that can fail and that both compilers emit alike.
var failing = map[int]string{lua.OP_GETGLOBAL: "GETGLOBAL", lua.OP_SETGLOBAL: "SETGLOBAL", lua.OP_GETTABLE: "GETTABLE",
	lua.OP_GETTABLEKS: "GETTABLE", lua.OP_CALL: "CALL", lua.OP_TAILCALL: "CALL", lua.OP_ADD: "ADD", lua.OP_SELF: "SELF"}

var listed = regexp.MustCompile(`\[(\d+)\]\s+(GETGLOBAL|SETGLOBAL|GETTABLE|CALL|ADD|SELF)\s`)

// TestLinesAreTheReferences: an error at run time names the line that lua5.1 names.
func TestLinesAreTheReferences(t *testing.T) {
	luac, err := exec.LookPath("luac5.1")
	if err != nil {
		t.Skip("luac5.1 is not installed")
	}
	for _, file := range []string{"lines", "statements", "expressions"} {
		file = "../syntax/testdata/" + file + ".lua"
		listing, err := exec.Command(luac, "-l", "-p", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, m := range listed.FindAllStringSubmatch(string(listing), -1) {
			want = append(want, m[2]+" "+m[1])
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		chunk, err := syntax.Parse(src, file)
		if err != nil {
			t.Fatal(err)
		}
		proto, err := Compile(chunk, file)
		if err != nil {
			t.Fatal(err)
		}
		got := lines(proto, nil)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s\nlua5.1: %v\n  here: %v", file, want, got)
		}
	}
}

// lines are those of a function's failing instructions and of the functions in it.
func lines(p *lua.FunctionProto, into []string) []string {
	for pc, inst := range p.Code {
		if name, ok := failing[int(inst>>26)]; ok {
			into = append(into, fmt.Sprint(name, " ", p.DbgSourcePositions[pc]))
		}
	}
	for _, c := range p.FunctionPrototypes {
		into = lines(c, into)
	}
	return into
}
