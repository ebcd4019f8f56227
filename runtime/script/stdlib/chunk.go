package stdlib

import "strings"

// How long the name of a piece of code may be in messages, in bytes, by what it
// begins with.
const (
	maxChunkName = 59 // "="
	maxChunkFile = 52 // "@": the end of it
	maxChunkText = 43 // of the text itself
)

// ChunkID is what messages call a piece of code by the name that it was loaded
// with: what stands behind "=" or "@", or the first line of the text itself.
func ChunkID(name string) string {
	switch {
	case strings.HasPrefix(name, "="):
		return name[1:min(len(name), maxChunkName+1)]
	case strings.HasPrefix(name, "@"):
		if name = name[1:]; len(name) > maxChunkFile {
			name = "..." + name[len(name)-maxChunkFile:]
		}
		return name
	}
	line := name
	if end := strings.IndexAny(name, "\n\r"); end >= 0 {
		line = name[:end]
	}
	line = line[:min(len(line), maxChunkText)]
	if len(line) < len(name) {
		line += "..."
	}
	return `[string "` + line + `"]`
}
