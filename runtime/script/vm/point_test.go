package vm

import (
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// pointEverywhere puts a point wherever one can stand.
func pointEverywhere(p *lua.FunctionProto) {
	at := map[int]int{}
	for _, pc := range bytecode.Places(p) {
		at[pc] = pc
	}
	p.Code = bytecode.Pointed(p.Code, at)
	for _, n := range p.FunctionPrototypes {
		pointEverywhere(n)
	}
}

// TestPointedLanguage runs the programs of the language with a point at every instruction:
// they do what they do without, to the last word of their errors, in either loop.
func TestPointedLanguage(t *testing.T) {
	for _, hooked := range []bool{false, true} {
		for _, c := range languageCases {
			L, out := testState(t)
			passed := 0
			Of(L).Point = func(L *lua.LState, number int) {
				passed++
				if at := Current(L); at.Pc() != number+1 || at.Line() == 0 {
					t.Fatalf("%s: at the point of %d the frame is at %d", c.src, number, at.Pc())
				}
			}
			if hooked {
				Of(L).Hook = &watcher{}
			}
			p := compile(t, c.src)
			pointEverywhere(p)
			L.Push(&lua.LFunction{Proto: p, Env: L.Env})
			if err := PCall(L, 0, 0, nil); err != nil {
				fmt.Fprintln(out, "error:", testText(L, err.(*lua.ApiError).Object))
			}
			if out.String() != c.want || passed == 0 {
				t.Errorf("%s\n  gives %q\n  want  %q", c.src, out.String(), c.want)
			}
		}
	}
}

// TestPointsTakeNoSteps: what somebody looks at has no smaller budget.
func TestPointsTakeNoSteps(t *testing.T) {
	const src = "local n = 0 for i = 1, 100 do n = n + i if n % 2 == 0 then n = n + #(i .. '') end end print(n)"
	left := func(points bool) int64 {
		L, _ := testState(t)
		p := compile(t, src)
		if points {
			pointEverywhere(p)
		}
		Of(L).Steps = 1 << 20
		L.Push(&lua.LFunction{Proto: p, Env: L.Env})
		if err := PCall(L, 0, 0, nil); err != nil {
			t.Fatal(err)
		}
		return Of(L).Steps
	}
	if with, without := left(true), left(false); with != without || without == 1<<20 {
		t.Errorf("%d steps are left with points, %d without", with, without)
	}
}
