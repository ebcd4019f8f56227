package code

import (
	"strings"
	"testing"
)

func TestALineIsFollowed(t *testing.T) {
	const old = "function(x)\n  local y = x + 1\n  log(y)\n  if y > 2 then\n    fire(y, x)\n  end\n  log(y)\n  return y\nend"
	for _, c := range []struct {
		name, now  string
		line, want int // want -1: it is gone
		edited     bool
	}{
		{"nothing changed", old, 4, 4, false},
		{"a line before it", strings.Replace(old, "  local y", "  -- why\n  local y", 1), 4, 5, false},
		{"a line after it", strings.Replace(old, "  return y", "  log(x)\n  return y", 1), 4, 4, false},
		{"it is indented", strings.Replace(old, "    fire(", "\t\t\tfire(", 1), 4, 4, false},
		{"it is edited", strings.Replace(old, "fire(y, x)", "fire(y, x, 3)", 1), 4, 4, true},
		{"it is edited, with another before it", strings.Replace(old, "    fire(y, x)", "    aim(x)\n    fire(y, x, 3)", 1), 4, 5, true},
		{"it is gone", strings.Replace(old, "    fire(y, x)\n", "", 1), 4, -1, false},
		{"another stands there", strings.Replace(old, "fire(y, x)", "return nil", 1), 4, -1, false},
		{"the second of two that are alike", strings.Replace(old, "  log(y)\n  if", "  if", 1), 6, 5, false},
		{"all is another", "function() end", 4, -1, false},
		{"no such line", old, 40, -1, false},
	} {
		at, edited, ok := FollowLine(old, c.now, c.line)
		if !ok {
			at = -1
		}
		if at != c.want || edited != c.edited {
			t.Errorf("%s: line %d is %d, edited %v; want %d", c.name, c.line, at, edited, c.want)
		}
	}
}

// Texts that differ in very many lines cost no more than a bound.
func TestALineOfAHugeTextIsFollowed(t *testing.T) {
	old, now := strings.Repeat("a = 1\n", 10_000)+"here()", strings.Repeat("b = 2\n", 10_000)+"here()"
	if at, _, ok := FollowLine(old, now, 10_000); !ok || at != 10_000 {
		t.Errorf("it is at %d, %v", at, ok)
	}
}
