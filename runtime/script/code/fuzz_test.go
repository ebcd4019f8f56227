package code

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seedSources are scripts that use all of the grammar.
func seedSources(f *testing.F) []string {
	out := []string{
		"", "return", "return 1", "local a <const> = 1", "\xef\xbb\xbfreturn {}", "#!/bin/lua\nreturn 1",
		"do local x = 1 goto done local y = 2 ::done:: end return function(...) return ... end",
		"local a, b = (function() return 1 end)(), {f = function() end, [1] = function(self) end, function() end}",
		"for i = 1, 3 do local f = function() return i end end for k, v in pairs({}) do end while false do end repeat local z until z",
		"function a.b.c:d(e) return self, e, arg end local function f() return f() end",
		"--[==[ function ]] ]==] local s = [[ end ]] .. '\\' function' .. \"\\\"\" -- end",
		"if a then return function() end elseif b then else end",
		"local M = {} local M = M function M.f() end return setmetatable(M, {__index = function() end})",
		"return reload.state('s', {f = function() end}), reload.migrate('n', function(o) return o end)",
	}
	cases, err := os.ReadFile(filepath.Join("..", "..", "release", "conform", "testdata", "cases.md"))
	if err != nil {
		f.Fatal(err)
	}
	for i, part := range strings.Split(string(cases), "```") {
		if i%2 == 1 {
			if _, body, ok := strings.Cut(part, "\n"); ok {
				out = append(out, body)
			}
		}
	}
	return out
}

// FuzzCompile: any bytes are an error or a unit whose parts fit together.
func FuzzCompile(f *testing.F) {
	for _, src := range seedSources(f) {
		f.Add([]byte(src), []byte(src+" "))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		file, other := NewFile("m.lua", a), NewFile("m.lua", b)
		u, refusal := file.Unit()
		if refusal != nil {
			if refusal.Code != RSyntax || refusal.Message == "" {
				t.Fatalf("%+v", refusal)
			}
			return
		}
		checkUnit(t, u)
		if v, r := other.Unit(); r == nil {
			m := NewMatch(u, v)
			for id, old := range m.decl {
				if old >= 0 && m.oldDecl[old] != id {
					t.Fatal("a match is not one to one")
				}
			}
			for id, old := range m.vars {
				if old >= 0 && m.oldVars[old] != id {
					t.Fatal("a match of variables is not one to one")
				}
			}
		}
	})
}

func checkUnit(t *testing.T, u *Unit) {
	t.Helper()
	for _, d := range u.Decls {
		if len(d.Children) != len(d.Proto.FunctionPrototypes) || d.parent != nil && len(d.Upvals) != int(d.Proto.NumUpvalues) {
			t.Fatalf("%s does not fit its prototype", d.Name)
		}
		for i, c := range d.Children {
			if c.Proto != d.Proto.FunctionPrototypes[i] {
				t.Fatalf("%s is not where it was compiled", c.Name)
			}
		}
	}
}

// FuzzFunctions: the text of every function of a file that compiles is found, and
// putting it in its own place changes nothing.
func FuzzFunctions(f *testing.F) {
	for _, src := range seedSources(f) {
		f.Add([]byte(src), "function(x) return x end")
	}
	f.Add([]byte("function f() end"), "function() end return function() end")
	f.Fuzz(func(t *testing.T, src []byte, code string) {
		file := NewFile("m.lua", src)
		if file.Check() != nil {
			return
		}
		list, err := file.Functions()
		if err != nil {
			t.Fatal(err)
		}
		for _, fn := range list {
			if !strings.HasPrefix(fn.Text, "function") || !strings.HasSuffix(fn.Text, "end") {
				t.Fatalf("%s has the text %q", fn.Name, fn.Text)
			}
			if got := file.Splice(fn, fn.Text); string(got) != string(src) {
				t.Fatalf("%s in its own place: %q", fn.Name, got)
			}
			out, err := file.Replace(fn.Name, code)
			if err != nil {
				continue
			}
			if NewFile("m.lua", out).Check() == nil && countFunctions(t, out)-countFunctions(t, []byte("local _ = "+code)) != len(list)-countFunctions(t, []byte("local _ = "+fn.Text[:len("function")]+fn.Text[strings.IndexByte(fn.Text, '('):])) {
				t.Fatalf("replacing %s gives %q", fn.Name, out)
			}
		}
	})
}

// countFunctions is how many functions a source declares, 0 if it does not compile.
func countFunctions(t *testing.T, src []byte) int {
	list, err := NewFile("m.lua", src).Functions()
	if err != nil {
		return 0
	}
	return len(list)
}
