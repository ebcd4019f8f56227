package release

import (
	"maps"

	"hotshard/runtime/script/code"
)

// intake is what has come from the disk and does not run: by its path, with nil for
// a file that is gone.
type intake struct {
	queued  map[string][]byte // waits to be let in
	waiting map[string][]byte // was refused, and is still so on disk
	refusal map[string]string // the hash that was refused last
	cut     map[string]string // the hash of what is held because it is cut off
}

func newIntake() intake {
	return intake{queued: map[string][]byte{}, waiting: map[string][]byte{}, refusal: map[string]string{}, cut: map[string]string{}}
}

// differing leaves out what runs already, and what was refused with this content.
func (q *intake) differing(disk *code.Release, changed map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for path, src := range q.waiting { // what was refused through no fault of its own
		if _, again := changed[path]; !again && q.refusal[path] != contentHash(path, src) {
			out[path] = src
		}
	}
	for path, src := range changed {
		hash := contentHash(path, src)
		if old := disk.Files[path]; old == nil && src == nil || old != nil && src != nil && old.Hash == hash {
			delete(q.refusal, path)
			delete(q.waiting, path)
			delete(q.queued, path)
			delete(q.cut, path)
			delete(out, path)
			continue
		}
		if q.refusal[path] != hash {
			out[path] = src
		}
	}
	return out
}

// broken lists the files whose content on the disk is refused.
func (q *intake) broken() []string {
	all := maps.Clone(q.waiting)
	for path := range q.refusal {
		all[path] = nil
	}
	return sortedKeys(all)
}

// refuse remembers what was refused, so that it is tried again together with
// what mends it, and not unchanged by itself, unless it was not to blame.
func (q *intake) refuse(o Outcome, changed map[string][]byte) Outcome {
	for path, src := range changed {
		if q.waiting[path] = src; !o.passing {
			q.refusal[path] = contentHash(path, src)
		}
	}
	if o.Files == nil {
		o.Files = sortedKeys(changed)
	}
	return o
}

// refuseQueued is refuse of all that waited.
func (q *intake) refuseQueued(o Outcome) {
	q.refuse(o, q.queued)
	clear(q.queued)
}

// queue lets files wait for promote, or thaw, or the end of a canary.
func (q *intake) queue(files map[string][]byte) { maps.Copy(q.queued, files) }

// both is what was refused and is still so on the disk, with what has changed since:
// that may mend it.
func (q *intake) both(changed map[string][]byte) map[string][]byte {
	out := maps.Clone(q.waiting)
	maps.Copy(out, changed)
	return out
}

// retry lets files be tried again that were refused.
func (q *intake) retry(files map[string][]byte) {
	for path := range files {
		delete(q.refusal, path)
	}
}

// forget is for files that run now, or are of no interest any more.
func (q *intake) forget(files map[string][]byte) {
	for path := range files {
		delete(q.refusal, path)
		delete(q.waiting, path)
	}
}

// applied is for files that have come in, whatever waited in their place.
func (q *intake) applied(files map[string][]byte) {
	q.forget(files)
	for path := range files {
		delete(q.queued, path)
	}
}

// promoted takes files off the queue that a release has brought.
func (q *intake) promoted(disk *code.Release) {
	for path, src := range q.queued {
		f := disk.Files[path]
		if f == nil && src == nil || f != nil && src != nil && f.Hash == contentHash(path, src) {
			delete(q.queued, path)
		}
	}
}

// stopped takes files off the queue that a canary has tried, and that must not come in
// by themselves now that it is stopped.
func (q *intake) stopped(tried map[string][]byte) {
	for path, src := range q.queued {
		if old, ok := tried[path]; ok && contentHash(path, old) == contentHash(path, src) {
			q.refusal[path] = contentHash(path, src)
			delete(q.queued, path)
		}
	}
}

// why says why the disk's version of a file does not run, "" where nothing is known.
func (q *intake) why(path, hash string, frozen bool) string {
	switch _, queued := q.queued[path]; {
	case queued && frozen:
		return "queued: it waits for thaw"
	case queued:
		return "queued: it waits for promote"
	case q.cut[path] == hash:
		return "held: it is cut off on disk; save it whole, or reload accept " + path
	}
	return ""
}

// refused says whether a file was, with this content or with one that still waits.
func (q *intake) refused(path, hash string) bool {
	return q.refusal[path] == hash || q.waiting[path] != nil
}

// remember keeps the files that were just rolled back from being applied again
// as they stand on disk.
func (q *intake) remember(disk, bad *code.Release) {
	for _, path := range disk.Changed(bad) {
		if f := bad.Files[path]; f != nil {
			q.refusal[path] = f.Hash
		}
	}
}

// contentHash identifies what a path holds; a file that is gone has its own.
func contentHash(path string, src []byte) string {
	if src == nil {
		return "gone"
	}
	return code.NewFile(path, src).Hash
}
