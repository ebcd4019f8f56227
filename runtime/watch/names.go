package watch

import (
	"path"
	"strings"
	"unicode/utf8"
)

// isScript says whether a file of this name (without folders) is a script.
// Everything editors drop beside a file while they save it is not: hidden
// names (.m.lua.swp, .#m.lua), emacs' #m.lua#, backups (m.lua~), vim's 4913,
// m.lua.tmp and the like.
func isScript(name string) bool {
	return strings.HasSuffix(name, ".lua") && name != ".lua" &&
		!strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#") && utf8.ValidString(name)
}

// isFolder says whether a folder of this name may hold scripts: hidden ones
// (.git, k8s' ..data, whose files are reached through links beside it) do not.
func isFolder(name string) bool {
	return !strings.HasPrefix(name, ".") && utf8.ValidString(name)
}

// isScriptPath says whether a path relative to the root is that of a script.
func isScriptPath(p string) bool {
	dir, name := path.Split(p)
	if !isScript(name) {
		return false
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		if part != "" && !isFolder(part) {
			return false
		}
	}
	return true
}
