package conform

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// long are steps that may be asked for a billion times.
var long = regexp.MustCompile(`wait|ticks|emit`)

// FuzzParse: any text is cases or an error, and a case that was read can be played
// without the runner giving up.
func FuzzParse(f *testing.F) {
	text, err := os.ReadFile("testdata/cases.md")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	for _, part := range strings.SplitAfter(string(text), "\n### ")[:8] {
		f.Add("### " + part)
	}
	f.Add("### X1 a\n```lua new\n")
	f.Add("### X1 a\naction: save; ; lua 2; patch = ; emit; ticks x; wait 1e99; in-call save\noutcome: ;+ + W (((\n```lua old m.lua\n```\n")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, c := range cases {
			if c.Line < 1 || c.ID == "" {
				t.Fatalf("%+v", c)
			}
			if c.HasCode() && len(text) < 300 && !long.MatchString(text) {
				if err := Run(c); err != nil && strings.Contains(err.Error(), "panicked") {
					t.Fatal(err)
				}
			}
		}
	})
}
