package main

import (
	"cmp"
	"runtime/debug"
)

// version is set when a release is built: -ldflags "-X main.version=1.2".
var version string

// programVersion is what this program is called: as it was built, or by the commit that
// it was built of.
func programVersion() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(version, info)
}

// versionOf is "dev" where nothing is known.
func versionOf(set string, info *debug.BuildInfo) string {
	if set != "" || info == nil {
		return cmp.Or(set, "dev")
	}
	revision, changes := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changes = " with changes"
		}
	}
	if revision == "" {
		return "dev"
	}
	return revision + changes
}
