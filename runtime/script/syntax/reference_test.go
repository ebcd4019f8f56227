package syntax

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// loader is a Lua program that reads texts from its input, each behind its length,
// and says of each whether it loads.
const loader = `
while true do
  local n = io.read("*n")
  if not n then break end
  io.read(1)
  local text = n > 0 and io.read(n) or ""
  local ok, why = loadstring(text, "=text")
  why = ok and "" or why
  io.write(#why, "\n", why)
  io.flush()
end`

// reference is a running lua5.1.
type reference struct {
	in  io.Writer
	out *bufio.Reader
}

// newReference starts one, or skips the test where there is none.
func newReference(t testing.TB) *reference {
	path, err := exec.LookPath("lua5.1")
	if err != nil {
		t.Skip("lua5.1 is not installed")
	}
	cmd := exec.Command(path, "-e", loader)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &reference{in, bufio.NewReader(out)}
}

// load is the reference's message, "" when it takes the text.
func (r *reference) load(t testing.TB, text string) string {
	t.Helper()
	if _, err := fmt.Fprintf(r.in, "%d\n%s", len(text), text); err != nil {
		t.Fatal(err)
	}
	head, err := r.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the reference ended at %q: %v", text, err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(head))
	if err != nil {
		t.Fatal(err)
	}
	why := make([]byte, n)
	if _, err := io.ReadFull(r.out, why); err != nil {
		t.Fatal(err)
	}
	return string(why)
}

// ours is what load says here.
func ours(text string) string {
	_, err := Parse([]byte(text), "text")
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) {
		return "not an *Error: " + err.Error()
	}
	return err.Error()
}

// onPurpose are the differences that the package's comment names. What is left to
// the compiler cannot show in texts so small.
func onPurpose(text, want, got string) bool {
	switch {
	case strings.HasPrefix(text, "\x1b"):
		return got == "text:1: unexpected symbol near 'char(27)'"
	case strings.Contains(text, "goto") || strings.Contains(text, "::"):
		return true
	case strings.Contains(text, "\x00"):
		return passedByAccident.MatchString(text) || got == want+" near 'char(0)'"
	case strings.Contains(want, "syntax levels") || strings.Contains(got, "syntax levels"):
		return true
	}
	return strings.Contains(want, "has more than")
}

var passedByAccident = regexp.MustCompile("[.\\w+-]\x00")

func compare(t *testing.T, r *reference, text string) (refused bool) {
	t.Helper()
	want, got := r.load(t, text), ours(text)
	if want != got && !onPurpose(text, want, got) {
		t.Errorf("%q\nlua5.1: %s\n  here: %s", shorten(r, t, text), want, got)
	}
	return want != ""
}

// shorten drops lines and then words while the two still differ.
func shorten(r *reference, t *testing.T, text string) string {
	differs := func(s string) bool {
		want, got := r.load(t, s), ours(s)
		return want != got && !onPurpose(s, want, got)
	}
	for _, sep := range []string{"\n", " ", ""} {
		parts := strings.SplitAfter(text, sep)
		for i := 0; i < len(parts) && len(parts) < 2000; {
			rest := append(append([]string(nil), parts[:i]...), parts[i+1:]...)
			if differs(strings.Join(rest, "")) {
				parts = rest
				continue
			}
			i++
		}
		text = strings.Join(parts, "")
	}
	return text
}
