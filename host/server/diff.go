package server

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// unifiedDiff is a diff of one script that `git apply` takes where the shard was
// started.
func unifiedDiff(root, path, old, new string) string {
	name := filepath.ToSlash(filepath.Join(relativeRoot(root), path))
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: diffLines(old), B: diffLines(new), FromFile: "a/" + name, ToFile: "b/" + name, Context: 3,
	})
	if err != nil {
		return "" // a strings.Builder does not fail
	}
	return text
}

// relativeRoot names the script root as seen from where the shard was started.
func relativeRoot(root string) string {
	if !filepath.IsAbs(root) {
		return root
	}
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, root); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return filepath.Base(root)
}

// diffLines splits a text so that a last line without a line end stays one.
func diffLines(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	} else {
		lines[last] += "\n\\ No newline at end of file\n"
	}
	return lines
}
