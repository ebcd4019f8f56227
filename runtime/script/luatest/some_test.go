package luatest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"hotshard/runtime/script/code"
)

// tree is a release of small scripts: a uses b, b uses c; util is nobody's.
func tree(more map[string][]byte) *code.Release {
	files := map[string][]byte{
		"a.lua":        []byte(`local b = require("b") return {n = b.n + 1}`),
		"b.lua":        []byte(`local c = require "c" return {n = c.n + 1}`),
		"c.lua":        []byte(`return {n = 1}`),
		"alone.lua":    []byte(`return {}`),
		"a_test.lua":   []byte(`local a = require "a" function test.three() eq(a.n, 3) end`),
		"b_test.lua":   []byte(`local b = require "b" function test.two() eq(b.n, 2) end`),
		"c_test.lua":   []byte(`local c = require "c" function test.one() eq(c.n, 1) end`),
		"far_test.lua": []byte(`function test.late() return require "c" end -- require "alone"`),
	}
	for path, text := range more {
		files[path] = text
	}
	return code.NewRelease(1, files)
}

func TestRelated(t *testing.T) {
	r := tree(nil)
	for _, c := range []struct{ changed, want []string }{
		{[]string{"a.lua"}, []string{"a_test.lua"}},
		{[]string{"b.lua"}, []string{"b_test.lua", "a_test.lua"}},
		{[]string{"c.lua"}, []string{"c_test.lua", "far_test.lua", "b_test.lua"}},
		{[]string{"c_test.lua"}, []string{"c_test.lua"}},
		{[]string{"a.lua", "far_test.lua"}, []string{"far_test.lua", "a_test.lua"}},
		{[]string{"alone.lua"}, nil},
		{[]string{"gone.lua"}, nil},
	} {
		if got := Related(r, c.changed); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, not %v", c.changed, got, c.want)
		}
	}
}

func TestRunFiles(t *testing.T) {
	r := tree(map[string][]byte{
		"c.lua":        []byte(`return {n = 5}`),
		"bad_test.lua": []byte(`error "at its top level"`),
	})
	got := RunFiles(context.Background(), r, []string{"c_test.lua", "far_test.lua", "bad_test.lua"}, Options{})
	if got.Passed != 1 || got.Failed != 2 || len(got.Left) != 0 {
		t.Errorf("%+v", got)
	}
	if len(got.Failures) != 2 || got.Failures[0].Test != "c_test.one" || got.Failures[0].Place != "c_test.lua:1" || got.Failures[1].Test != "bad_test" {
		t.Errorf("%+v", got.Failures)
	}
}

// TestRunFilesEndsWithItsTime: whatever a test does, the time it is given is an end.
func TestRunFilesEndsWithItsTime(t *testing.T) {
	for name, body := range map[string]string{
		"a long game": "advance(1e6)",
		"a long wait": "while true do advance(1) end",
		"a long loop": "local n = 0 while true do pcall(function() while true do n = n + 1 end end) advance(1) end",
	} {
		r := tree(map[string][]byte{"slow_test.lua": []byte(fmt.Sprintf("function test.slow() %s end", body))})
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		got := RunFiles(ctx, r, []string{"slow_test.lua", "c_test.lua"}, Options{})
		cancel()
		if !slices.Equal(got.Left, []string{"slow_test.lua", "c_test.lua"}) && got.Failed == 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestRunFilesOutlivesAPanic(t *testing.T) {
	o := Options{New: func(Setup) (World, error) { panic("no world") }}
	got := RunFiles(context.Background(), tree(nil), []string{"c_test.lua"}, o)
	if got.Failed != 1 || got.Failures[0].Message != "panic: no world" {
		t.Errorf("%+v", got)
	}
}
