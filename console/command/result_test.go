package command

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTableAsText(t *testing.T) {
	r := Result{Table: &Table{Columns: columns("name", "n", "took_ms:ms", "size:B", "part:%", "ok", "list"),
		Rows: [][]any{{"Jita\x1b[31m", 12, 0.5, 2048, 0.25, true, []string{"a", "b"}}, {"Zoë", 7.0, 61000.0, nil, 1.0, false, nil}},
		Note: "2 rows"}}
	want := strings.Join([]string{ // compared without regard to the width of gaps
		"NAME        N   TOOK   SIZE   PART  OK   LIST",
		"Jita�[31m  12  0.5 ms  2 KiB   25 %  yes  a, b",
		"Zoë         7    1m1s         100 %  no",
		"2 rows", ""}, "\n")
	got := r.String()
	for i, line := range strings.Split(got, "\n") {
		if strings.Join(strings.Fields(line), " ") != strings.Join(strings.Fields(strings.Split(want, "\n")[i]), " ") {
			t.Errorf("line %d is %q", i, line)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Error("an escape sequence reaches the terminal")
	}
	lines := strings.Split(got, "\n")
	if column := func(s, of string) int { return utf8.RuneCountInString(s[:strings.Index(s, of)]) }; column(lines[0], " OK ") != column(lines[1], " yes ") {
		t.Errorf("columns are not aligned:\n%s", got)
	}
}

func TestOneThingAsText(t *testing.T) {
	long := strings.Repeat("x", 60)
	got := Result{Table: &Table{One: true, Columns: columns("name", "few", "many", "none"),
		Rows: [][]any{{"dev", []string{"a", "b"}, []any{long, long}, nil}}}}.String()
	if want := "name  dev\nfew   a, b\nmany  " + long + "\n      " + long + "\n"; got != want {
		t.Errorf("%s", got)
	}
}

func TestTableAsJSON(t *testing.T) {
	table := &Table{Columns: columns("b", "a", "n"), Rows: [][]any{{"<x>", math.NaN(), nil}, {1, math.Inf(1)}}}
	b, err := Result{Table: table}.JSON()
	if err != nil || string(b) != "[{\"b\": \"<x>\", \"a\": \"NaN\", \"n\": null},\n {\"b\": 1, \"a\": \"+Inf\", \"n\": null}]" {
		t.Errorf("%s, %v", b, err)
	}
	table = &Table{One: true, Columns: columns("a"), Rows: [][]any{{1}}}
	if b, err = (Result{Table: table}).JSON(); err != nil || string(b) != `{"a": 1}` {
		t.Errorf("%s, %v", b, err)
	}
	if b, _ = (Result{}).JSON(); string(b) != "null" {
		t.Errorf("%s", b)
	}
	if b, _ = (Result{Has: true}).JSON(); string(b) != "[]" {
		t.Errorf("%s", b)
	}
	if b, _ = (Result{Text: "a<b"}).JSON(); string(b) != `"a<b"` {
		t.Errorf("%s", b)
	}
}

func TestValuesAsText(t *testing.T) {
	long := map[string]any{}
	for _, k := range []string{"alpha", "beta", "gamma", "delta", "end", "a b"} {
		long[k] = strings.Repeat("x", 20)
	}
	got := Result{Has: true, Values: []any{1e300, -0.5, 3.0, "a\"\n\x01é", []any{}, map[string]any{"end": 1.0, "1": true}, long}}.String()
	for _, want := range []string{"1e+300\n", "-0.5\n", "3\n", `"a\"\n\001é"`, "{}\n", `{["1"] = true, end = 1}`, "{\n  [\"a b\"] = \"xxx"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", got, want)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"systems", `kick "Bob \" Ray" 'x y'`, "lua @Jita return 1", "patch m.f --canary @A,@B = function() end", "x --for=10s", "= =", "'", "release list --limit 3"} {
		f.Add(s)
	}
	r := Default()
	shard := Shard{Identify: func() Identity { return Identity{} }}
	f.Fuzz(func(t *testing.T, line string) {
		words, _ := split(line)
		for _, w := range words {
			if w.start > w.end || w.end > len(line) {
				t.Fatalf("word %+v of %q", w, line)
			}
		}
		if c, rest := r.find(words); c != nil {
			if a, err := parse(c, line, rest); err == nil && a.Code != "" && !strings.Contains(line, a.Code) {
				t.Errorf("code %q is not in %q", a.Code, line)
			}
		}
		s := &Session{Shard: shard, Registry: r}
		if got := Complete(t.Context(), s, line); got.Start > len(line) {
			t.Errorf("completion of %q starts at %d", line, got.Start)
		}
		_, _ = r.Run(t.Context(), s, line)
	})
}
