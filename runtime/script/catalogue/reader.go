package catalogue

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// keptSets is how many sets a Reader remembers: those of the live release, of canaries,
// and of what one may go back to.
const keptSets = 8

// Reader reads the types of releases, and those of the same files once: all States of a
// shard share one Set. The zero value is ready.
type Reader struct {
	mu   sync.Mutex
	sets map[string]*Set // by the data files' paths and hashes
	used []string        // the latest last
}

// Data is what script.Options.Data wants. Its error is the first that Read finds, a
// *code.Refusal.
func (r *Reader) Data(release *code.Release) (script.Data, error) {
	key := keyOf(release)
	if set := r.known(key); set != nil {
		return set, nil
	}
	set, problems := Read(release) // two may do so at once; one of the sets is kept
	if len(problems) > 0 {
		first := *problems[0]
		if more := len(problems) - 1; more > 0 {
			first.Message += fmt.Sprintf(" (and %d more; bin/host check lists all)", more)
		}
		return nil, &first
	}
	return r.keep(key, set), nil
}

func (r *Reader) known(key string) *Set {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sets[key]
}

func (r *Reader) keep(key string, set *Set) *Set {
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.sets[key]; other != nil {
		return other
	}
	if r.sets == nil {
		r.sets = map[string]*Set{}
	}
	r.sets[key], r.used = set, append(r.used, key)
	if len(r.used) > keptSets {
		delete(r.sets, r.used[0])
		r.used = slices.Delete(r.used, 0, 1)
	}
	return set
}

// keyOf is the same for releases with the same data files.
func keyOf(release *code.Release) string {
	var files []string
	for path, f := range release.Files {
		if code.IsData(path) {
			files = append(files, path+"\x00"+f.Hash)
		}
	}
	slices.Sort(files)
	return strings.Join(files, "\n")
}
