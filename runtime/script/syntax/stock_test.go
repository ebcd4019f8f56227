package syntax

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/gopher-lua/parse"
)

// TestTreesAreGopherLuas holds the conventions: on programs that gopher-lua's
// parser reads rightly the trees are the same but for lines.
func TestTreesAreGopherLuas(t *testing.T) {
	for i, text := range programs(t, "../../../scripts", "testdata/expressions.lua", "testdata/functions.lua", "testdata/statements.lua") {
		stock, err := parse.Parse(strings.NewReader(text), "text")
		if err != nil {
			t.Errorf("program %d: gopher-lua: %v", i, err)
			continue
		}
		chunk, err := Parse([]byte(text), "text")
		if err != nil {
			t.Errorf("program %d: %v", i, err)
			continue
		}
		if want, got := dump(stock, false), dump(chunk, false); want != got {
			t.Errorf("program %d: %s", i, firstDifference(want, got))
		}
	}
}

// table is a file of one long table, as exports of data are.
func table(items int) string {
	var out bytes.Buffer
	out.WriteString("return {\n")
	for i := range items {
		fmt.Fprintf(&out, "  { %d, \"n%d\" },\n", i, i)
	}
	out.WriteString("}\n")
	return out.String()
}

func BenchmarkParse(b *testing.B) {
	scripts := programs(b, "../../../scripts")
	for name, texts := range map[string][]string{"table": {table(200_000)}, "scripts": scripts} {
		b.Run(name+"/ours", func(b *testing.B) {
			benchmark(b, texts, func(text []byte) error { _, err := Parse(text, "text"); return err })
		})
		b.Run(name+"/gopher-lua", func(b *testing.B) {
			benchmark(b, texts, func(text []byte) error { _, err := parse.Parse(bytes.NewReader(text), "text"); return err })
		})
	}
}

func benchmark(b *testing.B, texts []string, parse func([]byte) error) {
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			if err := parse([]byte(text)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
