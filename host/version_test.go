package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	built := func(modified string) *debug.BuildInfo {
		return &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: modified}}}
	}
	for _, c := range []struct {
		set  string
		info *debug.BuildInfo
		want string
	}{
		{"1.2", built("true"), "1.2"},
		{"", built("false"), "0123456789ab"},
		{"", built("true"), "0123456789ab with changes"},
		{"", &debug.BuildInfo{}, "dev"},
		{"", nil, "dev"},
	} {
		if got := versionOf(c.set, c.info); got != c.want {
			t.Errorf("%q: %q, not %q", c.set, got, c.want)
		}
	}
}
