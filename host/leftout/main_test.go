package main

import (
	"os"
	"strings"
	"testing"
)

// TestReport reads what go test wrote of a package of five tests, and of one that
// does not compile.
func TestReport(t *testing.T) {
	in, err := os.Open("testdata/test.json")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out strings.Builder
	r := newReport(&out)
	if err := r.read(in); err != nil {
		t.Fatal(err)
	}
	if lacking := r.finish(); lacking != 2 || !r.failed {
		t.Errorf("%d lacking, failed %v", lacking, r.failed)
	}
	const want = `=== RUN   TestBad
    a_test.go:9: 1 is not 2
--- FAIL: TestBad (0.00s)
FAIL	hotshard/a	0.012s
b.go:3:1: syntax error
FAIL	hotshard/b	0.000s
ok  	hotshard/c	0.003s
left out: only with HOTSHARD_X (a TestAsked)
left out: no node here (a TestPage, a TestPage/deep)
2 tests were left out for want of what is named above
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
