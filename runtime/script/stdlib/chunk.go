package stdlib

import "strings"

// How long the name of a piece of code may be in messages, in bytes with the end of a
// C string: the compiler has more room than what runs.
const (
	runSize     = 60
	compileSize = 80
)

// ChunkID is what messages of running code call it by the name that it was loaded
// with: what stands behind "=" or "@", or the first line of the text itself.
func ChunkID(name string) string { return chunkID(name, runSize) }

// SourceID is what the compiler's messages call it.
func SourceID(name string) string { return chunkID(name, compileSize) }

func chunkID(name string, size int) string {
	switch {
	case strings.HasPrefix(name, "="):
		return name[1:min(len(name), size)]
	case strings.HasPrefix(name, "@"):
		if name = name[1:]; len(name) > size-8 {
			name = "..." + name[len(name)-(size-8):]
		}
		return name
	}
	line := name
	if end := strings.IndexAny(name, "\n\r"); end >= 0 {
		line = name[:end]
	}
	line = line[:min(len(line), size-17)]
	if len(line) < len(name) {
		line += "..."
	}
	return `[string "` + line + `"]`
}
