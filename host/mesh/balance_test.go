package mesh

import (
	"fmt"
	"testing"

	"hotshard/runtime/world"
)

func TestWhatABalanceMoves(t *testing.T) {
	for _, c := range []struct {
		what  string
		nodes []string
		loads []Load
		want  string
	}{
		{"one node", []string{"a"}, []Load{{"@X", "a", 2}}, "[]"},
		{"nodes that are alike", []string{"a", "b"}, []Load{{"@X", "a", 0.5}, {"@Y", "b", 0.4}}, "[]"},
		{"one that has all", []string{"a", "b"}, []Load{{"@X", "a", 0.5}, {"@Y", "a", 0.4}, {"@Z", "a", 0.1}}, "[@X from a to b (0.50 cores)]"},
		{"a hot one gets a node of its own", []string{"a", "b", "c"}, []Load{{"@Hot", "a", 2}, {"@X", "a", 0.3}, {"@Y", "a", 0.3}, {"@Z", "b", 0.1}},
			"[@Hot from a to c (2.00 cores)]"},
		{"a move that helps little is not made", []string{"a", "b"}, []Load{{"@X", "a", 0.9}, {"@Y", "a", 0.1}}, "[]"},
		{"what is pinned stays", []string{"a", "b"}, []Load{{"@Pinned", "a", 0.5}, {"@Y", "a", 0.4}}, "[@Y from a to b (0.40 cores)]"},
	} {
		got := fmt.Sprint(Plan(c.nodes, c.loads, func(a world.Address) bool { return a == "@Pinned" }))
		if got != c.want {
			t.Errorf("%s: %s, not %s", c.what, got, c.want)
		}
	}
}
